// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.util.Iterator;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.internal.analysis.Analyses;

/** The names of all schedulability tests: for the help of {@code --test}, for completion in a shell, and to find one. */
public final class TestNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Analyses.names().iterator();
    }

    /**
     * Finds the test that {@code --test} names.
     *
     * @param name as the user wrote it
     * @return the test
     * @throws PrerequisiteException when there is none of that name; the message lists those that there are
     */
    public static SchedulabilityTest find(final String name) {
        return Analyses.byName(name).orElseThrow(() -> new PrerequisiteException(Analyses.unknown(name)));
    }
}
