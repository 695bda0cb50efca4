// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;

/** What is said of tests that do not apply: those of the set's policy alone, and no other test that does not apply either. */
class RefusalTest {
    private static final String BECAUSE = " does not apply: ";

    private static TaskSet chain(final PolicyKind policy) {
        return TaskSet.builder("s").policy(policy).device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("acc0"))
            .task("t", t -> t.periodNs(20).segment("cpu0", 1).segment("acc0", 1)).build();
    }

    private static String refusal(final TaskSet set) {
        return assertThrows(TestNotApplicableException.class, () -> Analyses.analyze(set)).getMessage();
    }

    @Test
    void shouldNameTheTestsOfTheSetsPolicyAlone() {
        assertEquals("no sound test applies to 's': sam-mand-first does not apply: it is for one device, but 't' uses acc0 beside cpu0; put"
            + " all its segments on one device, or write 'policy: edf'", refusal(chain(PolicyKind.EDF_MANDATORY_FIRST)));
    }

    @Test
    void shouldSayEachReasonOnceWhenSeveralTestsHaveIt() {
        final TaskSet open = TaskSet.builder("s").device(DeviceSpec.cpu("cpu0"))
            .task("t", t -> t.periodNs(20).model(new ModelSource.Zoo("resnet", "small", 1)).segment("cpu0", Segment.UNMEASURED)).build();
        assertEquals("no sound test applies to 's': np-fp, seg-fp, mot-np-fp, chain-fp-budget, chain-fp do not apply: segment 0 of 't' has"
            + " no WCET yet; measure it with 'tactus profile'", refusal(open));
    }

    @Test
    void shouldNameAnotherTestOnlyWhenThatOneApplies() {
        for (final PolicyKind policy : PolicyKind.values()) {
            final TaskSet set = chain(policy);
            for (final String name : Analyses.names()) {
                final String objection = Analyses.byName(name).orElseThrow().applies(set);
                assertTrue(objection.isEmpty() || objection.startsWith(name + BECAUSE), objection);
                final int use = objection.indexOf("; use ");
                if (policy == PolicyKind.EDF_MANDATORY_FIRST) {
                    assertEquals(-1, use, objection);
                } else if (!objection.isEmpty()) {
                    final String other = objection.substring(use + 6).replaceFirst(",.*", "");
                    assertEquals("", Analyses.byName(other).orElseThrow().applies(set), objection);
                }
            }
        }
        assertEquals("swap-seq-edf does not apply: it is for the policy edf, the set's is edf-mandatory-first",
            Analyses.byName("swap-seq-edf").orElseThrow().applies(chain(PolicyKind.EDF_MANDATORY_FIRST)));
        assertEquals(List.of("chain-fp-budget"), List.of(Analyses.tightest(chain(PolicyKind.FIXED_PRIORITY)).name()));
    }
}
