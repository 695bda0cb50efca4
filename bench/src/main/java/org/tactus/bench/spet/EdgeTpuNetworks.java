// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.spet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tactus.model.ModelBlock;

/** Networks as the stock compiler lays them out, block by block: the table beside this class; its README says where numbers come from. */
public final class EdgeTpuNetworks {
    private static final String TABLE = "edge-tpu-blocks.csv";

    private EdgeTpuNetworks() {
    }

    /**
     * Reads the table.
     *
     * @return blocks of each network, in the table's order
     */
    public static Map<String, List<ModelBlock>> all() {
        final Map<String, List<ModelBlock>> networks = new LinkedHashMap<>();
        try (InputStream stream = EdgeTpuNetworks.class.getResourceAsStream(TABLE);
            BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            reader.readLine();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                final String[] cells = line.split(",");
                networks.computeIfAbsent(cells[0], name -> new ArrayList<>()).add(new ModelBlock(cells[2].equals("1"),
                    Long.parseLong(cells[3]), Long.parseLong(cells[4]), Long.parseLong(cells[5]),
                    (long) (Double.parseDouble(cells[6]) * 1000), Long.parseLong(cells[7]), Long.parseLong(cells[8])));
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot read the table " + TABLE, e);
        }
        return networks;
    }
}
