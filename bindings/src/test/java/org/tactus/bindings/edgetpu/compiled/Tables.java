// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Published tables, as rows by column name; no cell of these holds a comma but the quoted ones of the last column. */
public final class Tables {
    private Tables() {
    }

    public static List<Map<String, String>> read(final String name) throws IOException {
        final List<Map<String, String>> rows = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
            Objects.requireNonNull(Tables.class.getResourceAsStream("/edge-tpu/" + name)), StandardCharsets.UTF_8))) {
            final String[] names = lines.readLine().split(",");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                final String[] cells = line.split(",", names.length);
                final Map<String, String> row = new HashMap<>();
                for (int i = 0; i < names.length; i++) {
                    row.put(names[i], cells[i]);
                }
                rows.add(row);
            }
        }
        return rows;
    }
}
