// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.observe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.tactus.internal.watch.CountersReader;

/** The runs of a process that can be watched. */
final class Runs {
    private Runs() {
    }

    /** Opens the counters of a process; empty when it has none that can be read. */
    static List<CountersReader> of(final long pid) throws IOException {
        final List<CountersReader> found = new ArrayList<>();
        for (final var file : CountersReader.list()) {
            try {
                final CountersReader run = new CountersReader(file);
                if (run.pid() == pid) {
                    found.add(run);
                } else {
                    run.close();
                }
            } catch (final IOException e) {
                continue; // another one's, or one that is being made or removed
            }
        }
        return found;
    }
}
