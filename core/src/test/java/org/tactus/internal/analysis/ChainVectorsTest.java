// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;

class ChainVectorsTest {

    @Test
    void shouldReproduceColumnRWhenAnalysedWithChainFp() throws IOException {
        final var rows = ChainSets.rows("chain_analysis.csv");
        assertEquals(80, rows.size());
        for (final String[] row : rows) {
            final TaskSet set = ChainSets.parse(row[1], PolicyKind.FIXED_PRIORITY, ChainSets.UNIT);
            final Verdict verdict = Analyses.byName("chain-fp").orElseThrow().analyze(set);
            assertEquals(row[4], ChainSets.bounds(verdict, "/", ChainSets.UNIT), "set " + row[0]);
        }
    }

    @Test
    void shouldReproduceFixedPriorityColumnsOfTheEdfVectors() throws IOException {
        for (final String[] row : ChainSets.rows("edf_chain_analysis.csv")) {
            final TaskSet set = ChainSets.parse(row[1], PolicyKind.FIXED_PRIORITY, ChainSets.UNIT);
            assertEquals(row[2], bounds("chain-fp", set), "fp of " + row[0]);
            assertEquals(row[3], bounds("chain-fp-budget", set), "fp_b of " + row[0]);
        }
    }

    @Test
    void shouldReproduceEdfColumns() throws IOException {
        for (final String[] row : ChainSets.rows("edf_chain_analysis.csv")) {
            final TaskSet set = ChainSets.parse(row[1], PolicyKind.EDF, ChainSets.UNIT);
            assertEquals(row[6], bounds("chain-edf", set), "edf_h of " + row[0]);
            assertEquals(row[7], bounds("chain-edf-x", set), "edf_x of " + row[0]);
        }
    }

    @Test
    void shouldReproduceHandChecks() {
        final TaskSet small = ChainSets.parse("G4 C3|20|20;G5|30|30", PolicyKind.EDF, 1);
        assertEquals("12 9", ChainSets.bounds(Analyses.byName("chain-edf").orElseThrow().analyze(small), " ", 1));
        final TaskSet three = ChainSets.parse("G10 C12 G8|100|90;C9 G9|140|140;G20|240|240;C15 G5 C10|400|400", PolicyKind.EDF, 1);
        assertEquals("83 101 52 146", ChainSets.bounds(Analyses.byName("chain-edf").orElseThrow().analyze(three), " ", 1));
        final TaskSet none = ChainSets.parse("G4 C3 G2|40|40;G5 G6|50|50;C8 G7|80|80", PolicyKind.EDF, 1);
        assertEquals("- - -", ChainSets.bounds(Analyses.byName("chain-edf-x").orElseThrow().analyze(none), " ", 1));
        final TaskSet first = ChainSets.parse("G4 C3 G2|40|40;G5 G6|50|50;C8 G7|80|80", PolicyKind.FIXED_PRIORITY, 1);
        assertEquals("31 30 41", ChainSets.bounds(Analyses.byName("chain-fp").orElseThrow().analyze(first), " ", 1));
    }

    @Test
    void shouldNotFallIntoTheTrapsOfTheReference() {
        final TaskSet t1 = ChainSets.parse("G10|20|20;G1 C14 G1|100|29", PolicyKind.EDF, 1);
        for (final String test : new String[] {"chain-edf", "chain-edf-x"}) {
            assertEquals("- -", ChainSets.bounds(Analyses.byName(test).orElseThrow().analyze(t1), " ", 1),
                "T1: synchronous release gives 31");
            final TaskSet t2 = ChainSets.parse("G5|24|24;C6|28|28;G3 G3 G3 G2|44|31", PolicyKind.EDF, 1);
            final TaskVerdict first = Analyses.byName(test).orElseThrow().analyze(t2).tasks().getFirst();
            assertTrue(!first.bounded() || first.responseBoundNs() >= 9, "T2: 9 was observed, not " + first);
        }
        final StringBuilder text = new StringBuilder("G1 C1 G1 C1 G1 C1 G1|200|200");
        text.append(";G1|400|150".repeat(100)).append(";G10|40|40");
        final TaskSet t3 = ChainSets.parse(text.toString(), PolicyKind.FIXED_PRIORITY, 1);
        assertFalse(Analyses.byName("chain-fp-budget").orElseThrow().analyze(t3).tasks().getFirst().bounded(),
            "T3: 43 was observed, not 29");
        assertEquals(47, Analyses.byName("chain-fp").orElseThrow().analyze(t3).tasks().getFirst().responseBoundNs());
        assertEquals("chain-fp", Analyses.tightest(t3).name());
    }

    @Test
    void shouldAddUpTermsToTheBoundAndNameARemedyWhenATaskFails() throws IOException {
        for (final String[] row : ChainSets.rows("edf_chain_analysis.csv")) {
            for (final String test : new String[] {"chain-fp", "chain-fp-budget", "chain-edf", "chain-edf-x"}) {
                final TaskSet set = ChainSets.parse(row[1],
                    test.contains("edf") ? PolicyKind.EDF : PolicyKind.FIXED_PRIORITY, ChainSets.UNIT);
                final Verdict verdict = Analyses.byName(test).orElseThrow().analyze(set);
                for (final TaskVerdict task : verdict.tasks()) {
                    ExplanationChecks.check(task, row[0] + " " + test);
                }
                assertEquals(verdict.schedulable(), verdict.reason().isEmpty());
                assertTrue(verdict.schedulable() || verdict.reason().contains("fails"), verdict.reason());
            }
        }
    }

    private static String bounds(final String test, final TaskSet set) {
        return ChainSets.bounds(Analyses.byName(test).orElseThrow().analyze(set), " ", ChainSets.UNIT);
    }
}
