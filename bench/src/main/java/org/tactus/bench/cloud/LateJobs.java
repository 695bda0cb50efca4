// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cloud;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.time.Durations;
import org.tactus.model.TaskSet;
import org.tactus.result.Stall;

/** Notes jobs that ended after their deadlines, and says what kept them waiting. Events come on the monitor's thread, one slot a task. */
final class LateJobs implements EventHandler {
    private static final int MOST = 1 << 12;

    private final TaskSet set;
    private final List<Late> late = new ArrayList<>();
    private final List<Overrun> overruns = new ArrayList<>();

    LateJobs(final TaskSet set) {
        this.set = set;
    }

    /** One job, in the clock of the events. */
    private record Late(String task, long nominalNs, long endNs, long lateNs) {
    }

    /** A segment that ran past its WCET, by so much, and when it ended. */
    private record Overrun(long endNs, String task, long beyondNs) {
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int slot, final int segment, final long job, final long argument) {
        if (type == EventType.OVERRUN && overruns.size() < MOST) {
            overruns.add(new Overrun(timeNs, set.tasks().get(slot).name(), argument));
        } else if (type == EventType.COMPLETE && timeNs - argument > set.tasks().get(slot).deadlineNs() && late.size() < MOST) {
            late.add(new Late(set.tasks().get(slot).name(), argument, timeNs, timeNs - argument - set.tasks().get(slot).deadlineNs()));
        }
    }

    /**
     * Sums up what was seen while jobs were late, a line for each row of late jobs that overlap. After the run.
     *
     * @param zeroNs time zero in the clock of the events
     * @param stalls those of the run
     * @return such as {@code 2 jobs of control late at 1.2s, by at most 3.1ms: run delay of tactus-cpu0 11ms}
     */
    List<String> lines(final long zeroNs, final List<Stall> stalls) {
        final List<String> lines = new ArrayList<>();
        final List<Late> row = new ArrayList<>();
        for (final Late job : late) {
            if (!row.isEmpty() && job.nominalNs() > row.stream().mapToLong(Late::endNs).max().orElseThrow()) {
                lines.add(line(row, zeroNs, stalls));
                row.clear();
            }
            row.add(job);
        }
        if (!row.isEmpty()) {
            lines.add(line(row, zeroNs, stalls));
        }
        return lines;
    }

    private String line(final List<Late> row, final long zeroNs, final List<Stall> stalls) {
        final long fromNs = row.stream().mapToLong(Late::nominalNs).min().orElseThrow() - zeroNs;
        final long toNs = row.stream().mapToLong(Late::endNs).max().orElseThrow() - zeroNs;
        final Map<String, Long> taken = new TreeMap<>();
        stalls.stream().filter(stall -> stall.atNs() < toNs && stall.endNs() > fromNs)
            .forEach(stall -> taken.merge(stall.cause() + " of " + stall.where(), stall.takenNs(), Long::sum));
        overruns.stream().filter(each -> each.endNs() - zeroNs >= fromNs && each.endNs() - zeroNs <= toNs)
            .forEach(each -> taken.merge("overrun of " + each.task(), each.beyondNs(), Long::sum));
        final TreeSet<String> tasks = new TreeSet<>(row.stream().map(Late::task).toList());
        return row.size() + (row.size() == 1 ? " job of " : " jobs of ") + String.join(" and ", tasks) + " late at "
            + Durations.format(fromNs) + ", by at most " + Durations.format(row.stream().mapToLong(Late::lateNs).max().orElseThrow())
            + ": " + (taken.isEmpty() ? "no stall was seen" : String.join(", ", taken.entrySet().stream()
                .map(entry -> entry.getKey() + " " + Durations.format(entry.getValue())).toList()));
    }
}
