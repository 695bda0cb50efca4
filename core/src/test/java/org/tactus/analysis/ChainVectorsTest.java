package org.tactus.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
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
    void shouldAddUpTermsToTheBoundAndNameARemedyWhenATaskFails() throws IOException {
        for (final String[] row : ChainSets.rows("edf_chain_analysis.csv")) {
            for (final String test : new String[] {"chain-fp", "chain-fp-budget"}) {
                final TaskSet set = ChainSets.parse(row[1], PolicyKind.FIXED_PRIORITY, ChainSets.UNIT);
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
