// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.List;

/** Policies that tests go through. */
public final class Policies {
    /** Those under which the parts of a job rank alike. */
    public static final List<PolicyKind> WITHOUT_PARTS = List.of(PolicyKind.FIXED_PRIORITY, PolicyKind.EDF);

    private Policies() {
    }
}
