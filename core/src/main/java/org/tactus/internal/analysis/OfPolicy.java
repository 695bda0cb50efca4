// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import org.tactus.analysis.SchedulabilityTest;
import org.tactus.model.PolicyKind;

/** A test that says something of sets with one policy, and nothing of others. */
public interface OfPolicy extends SchedulabilityTest {
    /**
     * The policy.
     *
     * @return how the jobs of the sets are ordered of which this test says something
     */
    PolicyKind policy();
}
