// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChildCasesTest {
    /** A child that answers each name, ends itself by a signal at "bad" and sleeps at "slow". */
    private static final List<String> CHILD = List.of("sh", "-c", "while read -r name; do case $name in bad) echo last words >&2; "
        + "kill -9 $$;; slow) exec sleep 30;; esac; echo noise; printf 'case-result\\tOK\\t%s\\tfine\\n' \"$name\"; done");

    private static List<CaseResult> run(final String... names) throws IOException, InterruptedException {
        return new ChildCases(CHILD, 10, 2).run(List.of(names), result -> { });
    }

    @Test
    void shouldCountACrashAndGoOnBehindIt() throws IOException, InterruptedException {
        final List<CaseResult> results = run("a", "bad", "b", "bad too");
        assertEquals(List.of("a", "bad", "b", "bad too"), results.stream().map(CaseResult::name).toList());
        assertEquals(new CaseResult("bad", CaseResult.Outcome.CRASH, "its process ended with status 137: last words"), results.get(1));
        assertEquals(CaseResult.Outcome.OK, results.get(3).outcome());
        assertFalse(new CaseSummary(results).isGood());
        assertEquals("4 cases: 3 ok, 0 refused, 0 runtime, 0 wrong, 1 crash, 0 late", new CaseSummary(results).line().strip());
    }

    @Test
    void shouldEndAChildThatTakesTooLongAndGoOn() throws IOException, InterruptedException {
        final List<CaseResult> results = run("slow", "a");
        assertEquals(List.of(CaseResult.Outcome.LATE, CaseResult.Outcome.OK), results.stream().map(CaseResult::outcome).toList());
    }

    @Test
    void shouldGroupRefusalsByReasonWithoutNames() {
        final CaseSummary summary = new CaseSummary(List.of(
            new CaseResult("one", CaseResult.Outcome.REFUSED, "input 'a' FLOAT[1, -1] is odd"),
            new CaseResult("two", CaseResult.Outcome.REFUSED, "input 'b' INT8[2] is odd")));
        assertTrue(summary.isGood());
        assertTrue(summary.markdown().contains("| refused | input X is odd | 2 | `one` |"), summary.markdown());
    }
}
