// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the data tables that lie beside the classes. */
public final class Tables {
    private Tables() {
    }

    /**
     * Reads a table.
     *
     * @param name the file
     * @return its rows without the headline, split at commas
     */
    public static List<String[]> read(final String name) {
        final InputStream stream = Tables.class.getResourceAsStream(name);
        if (stream == null) {
            throw new IllegalStateException("the table " + name + " is missing beside " + Tables.class.getName());
        }
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            final List<String[]> rows = new ArrayList<>();
            reader.readLine();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                rows.add(line.split(",", -1));
            }
            return rows;
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot read the table " + name, e);
        }
    }
}
