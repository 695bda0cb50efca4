// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan.spet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tactus.analysis.Verdict;
import org.tactus.model.MenuOption;
import org.tactus.model.TaskSet;

/**
 * What the compiler made of a plan, and whether that is still schedulable. A segment that streams more than planned takes the safe upper
 * bound of the difference longer; one that streams less keeps its WCET.
 *
 * @param set      the set with the realised WCETs
 * @param verdict  of the deciding test on it
 * @param segments one line a segment
 */
public record Realisation(TaskSet set, Verdict verdict, List<Line> segments) {

    public Realisation {
        segments = List.copyOf(segments);
    }

    /**
     * One segment.
     *
     * @param file     its file before it was compiled
     * @param planned  what was planned
     * @param realised what the log says, with the WCET that follows
     */
    public record Line(String file, MenuOption.Piece planned, MenuOption.Piece realised) {
    }

    /**
     * Holds a log against a plan.
     *
     * @param problem what was planned for
     * @param plan    the plan
     * @param files   names of its files
     * @param log     resident and streamed bytes of each file, the streamed ones rounded up
     * @param cost    what streaming takes
     * @return what was realised
     * @throws IllegalArgumentException when the log lacks a file, with one sentence
     */
    public static Realisation of(final SpetProblem problem, final SpetPlan plan, final SegmentFiles files, final Map<String, Bytes> log,
        final InvocationCost cost) {
        final List<MenuOption> realised = new ArrayList<>();
        final List<Line> lines = new ArrayList<>();
        final long none = cost.wcetNs(1, 0, 0, 0);
        for (int i = 0; i < plan.options().size(); i++) {
            final List<MenuOption.Piece> pieces = new ArrayList<>();
            for (int j = 0; j < plan.options().get(i).segments().size(); j++) {
                final MenuOption.Piece planned = plan.options().get(i).segments().get(j);
                final Bytes bytes = log.get(files.file(i, j));
                if (bytes == null) {
                    throw new IllegalArgumentException("the log says nothing of " + files.file(i, j)
                        + "; compile with the plan's command and keep all that the compiler prints");
                }
                final long more = Math.max(0, bytes.streamed() - planned.streamedBytes());
                pieces.add(new MenuOption.Piece(bytes.resident(), bytes.streamed(),
                    planned.wcetNs() + cost.wcetNs(1, 0, 0, more) - none));
                lines.add(new Line(files.file(i, j), planned, pieces.getLast()));
            }
            realised.add(new MenuOption(pieces));
        }
        final TaskSet set = problem.with(realised);
        return new Realisation(set, problem.test().analyze(set), lines);
    }

    /**
     * What a log says of one file.
     *
     * @param resident parameters on the chip, bytes
     * @param streamed parameters sent at every invocation, bytes
     */
    public record Bytes(long resident, long streamed) {
    }
}
