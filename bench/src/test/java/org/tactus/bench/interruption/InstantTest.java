// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.interruption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bench.latency.ForkedJvm;

/** Real processes, ended at a few instants; {@code tactus bench interrupts} takes many. */
class InstantTest {
    private static final List<String> TACTUS = ForkedJvm.command(List.of());

    @TempDir
    private Path folder;

    private Set<String> undisturbed(final Victim victim) throws Exception {
        final Household household = new Household(TACTUS, folder.resolve("whole"));
        final Process whole = household.start(victim.words());
        assertTrue(whole.waitFor(120, TimeUnit.SECONDS));
        assertTrue(victim.isEnd(whole.exitValue()), household.said());
        assertEquals(Set.of(), household.torn());
        return household.files();
    }

    private void shouldBeInOrder(final Victim victim, final long... instantsMs) throws Exception {
        final Set<String> usual = undisturbed(victim);
        for (final Signal signal : EnumSet.of(Signal.TERM, Signal.KILL)) {
            for (final long afterMs : instantsMs) {
                final Instant.Outcome outcome =
                    new Instant(victim, new Household(TACTUS, folder.resolve(signal + "-" + afterMs)), usual).at(afterMs, signal);
                assertEquals(List.of(), outcome.wrong(), victim + ", SIG" + signal + " after " + afterMs + " ms");
            }
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenAnExperimentIsEndedAtAnyOfTheseInstants() throws Exception {
        shouldBeInOrder(Victim.EXPERIMENT, 20, 700, 1_400);
    }

    @Test
    void shouldLeaveNothingBehindWhenARunIsEndedAtAnyOfTheseInstants() throws Exception {
        shouldBeInOrder(Victim.RUN, 500, 1_500);
    }

    /** What the judge must find: a command that leaves a file, says nothing that it was interrupted, and ends with another status. */
    @Test
    void shouldFindWhatIsWrongWhenACommandEndsOutOfOrder() throws Exception {
        final String leaves = "trap 'exit 3' TERM; echo begun; echo half >\"$TMPDIR/left\"; while :; do sleep 0.05; done";
        final Household household = new Household(List.of("sh", "-c", leaves), folder.resolve("bad"));
        final Instant.Outcome outcome = new Instant(Victim.EXPERIMENT, household, Set.of()).at(1_500, Signal.TERM);
        assertEquals(Instant.End.WRONG, outcome.end());
        final String wrong = outcome.wrong().stream().collect(Collectors.joining("\n"));
        for (final String finding : List.of("left behind: tmp/left", "left behind: work/set.yaml", "status 3 in place of 143",
            "no line that says that it was interrupted: begun")) {
            assertTrue(wrong.contains(finding), wrong);
        }
    }

    @Test
    void shouldFindThatNothingIsTidiedWhenTheNextStartLeavesWhatAKillLeft() throws Exception {
        final String leaves = "[ -e \"$TMPDIR/left\" ] && exit 0; echo half >\"$TMPDIR/left\"; while :; do sleep 0.05; done";
        final Household household = new Household(List.of("sh", "-c", leaves), folder.resolve("bad"));
        final Instant.Outcome outcome = new Instant(Victim.EXPERIMENT, household, Set.of("work/set.yaml")).at(1_500, Signal.KILL);
        final String wrong = outcome.wrong().stream().collect(Collectors.joining("\n"));
        assertTrue(wrong.startsWith("left behind: tmp/left\nthe next start does not say that it removed"), wrong);
    }

    @Test
    void shouldBeTornWhenTheEndOfAFileIsMissing() {
        assertTrue(Household.isWhole("a.json", "{}\n".getBytes(StandardCharsets.UTF_8)));
        assertFalse(Household.isWhole("a.json", "{\"a\" : [1, ".getBytes(StandardCharsets.UTF_8)));
        assertTrue(Household.isWhole("a.csv", "a,b\n".getBytes(StandardCharsets.UTF_8)));
        assertFalse(Household.isWhole("a.csv", "a,b".getBytes(StandardCharsets.UTF_8)));
        assertFalse(Household.isWhole("a.svg", "<svg>".getBytes(StandardCharsets.UTF_8)));
        assertFalse(Household.isWhole("a.png", new byte[20]));
    }
}
