// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.reflect.Method;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@link LevelGuaranteeTest} sees a job that is late when the source of a test at run time is changed at one place: each row compiles
 * the changed class and runs the same search with it, in a class loader of its own. One row, the window of mandatory parts first that
 * is not closed, is seen by the plain version only: no late job was found in 400,000 sets.
 */
class LevelMutantsTest {
    private static final int SETS = Math.max(8_000, Integer.getInteger("tactus.property.sets", 0));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        a waiting job is forgotten|EDF|DemandRoom|PointHeap.WAITING, each, remainingNs);|PointHeap.WAITING, each, 0);
        a release to come is forgotten|EDF|DemandRoom|DUE, each, remainingNs(each, 0, end)|DUE, each, 0
        the own deadline is forgotten|EDF|DemandRoom|segment(each) < end) {|segment(each) < end && each != slot) {
        the second job to come is forgotten|EDF|DemandRoom|points.advanceFirst(x + periodNs);|points.removeFirst();
        an arrival may be unseen|EDF|HomeReleases|unseenNs = lookedNs - buffer.getLong(|unseenNs = lookedNs - 0 * buffer.getLong(
        overheads are free|EDF|DemandRoom|(to - from) * charges.overheadNs()|0
        stalls are free|EDF|DemandRoom|charges.stallAheadNs() + charges.stallRate() * (x + 1.0)|0
        the window ends behind the deadline|EDF|DemandRoom|final long room = x - workNs|final long room = x + 1 - workNs
        the window ends behind the deadline|EDF_MANDATORY_FIRST|DemandRoom|final long room = x - workNs|final long room = x + 1 - workNs
        waiting work is forgotten|EDF_MANDATORY_FIRST|DemandRoom|workNs += remainingNs(each, at,|workNs += 0 * remainingNs(each, at,
        mandatory arrivals are forgotten|EDF_MANDATORY_FIRST|DemandRoom|ARRIVAL, each, remainingNs(each, 0, optionalFrom)|ARRIVAL, each, 0
        the window is not closed|EDF_MANDATORY_FIRST|DemandRoom|} else if (anywhere) {|} else if (x < 0) {
        mandatory parts are not looked at|EDF_MANDATORY_FIRST|LevelChoice|demand.mandatoryRoomNs(slot, now, mostNs, fewestNs)|mostNs
        whole jobs are not looked at|EDF_MANDATORY_FIRST|LevelChoice|if (mandatoryFirst && roomNs >= fewestNs) {|if (roomNs < 0) {
        waiting work above is forgotten|FIXED_PRIORITY|PriorityRoom|before += waitingNs[i];|before += 0;
        arrivals above are forgotten|FIXED_PRIORITY|PriorityRoom|sum += (jobs + 1) * costNs[k];|sum += 0;
        own jobs to come are forgotten|FIXED_PRIORITY|PriorityRoom|= coming(i, before, load <= 1 + MARGIN);|= most;
        the window is not closed|FIXED_PRIORITY|PriorityRoom|span = s - nextNs[k];|span = s - 1 - nextNs[k];
        ranks above may be delayed|FIXED_PRIORITY|PriorityRoom|long room = aboveNs[rank];|long room = mostNs;
        ranks below may be delayed|FIXED_PRIORITY|PriorityRoom|firstNs + belowNs[rank + 1]|mostNs
        stalls are free|FIXED_PRIORITY|PriorityRoom|double ns = charges.stallAheadNs() +|double ns = 0 * charges.stallAheadNs() + 0 *
        """)
    void shouldSeeTheMutantWhenTheTestIsWrong(
        final String what, final String policy, final String type, final String from, final String to) throws Exception {
        final Method search = Mutants.load(LevelGuaranteeTest.class, folder, "org/tactus/internal/policy/" + type, what, from, to)
            .getDeclaredMethod("search", String.class, long.class, int.class, boolean.class);
        search.setAccessible(true);
        final String late = (String) search.invoke(null, policy, 1L, SETS, false);
        final String found = late.isEmpty() ? (String) search.invoke(null, policy, 1L, SETS, true) : late;
        System.out.println(policy + ", " + what + ": " + found.substring(0, Math.min(90, found.length())));
        assertFalse(found.isEmpty(), "nothing in " + SETS + " sets shows the mutant");
    }
}
