// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.network;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tactus.cli.support.UsageCheck;
import picocli.CommandLine.Model.CommandSpec;

/** Reads {@code --shape NAME=1x3x640x640}, which some commands have in common. */
final class ShapeOptions {
    private ShapeOptions() {
    }

    /** The extents by name. */
    static Map<String, List<Long>> parse(final CommandSpec spec, final Map<String, String> shapes) {
        final Map<String, List<Long>> parsed = new LinkedHashMap<>();
        shapes.forEach((name, text) -> {
            UsageCheck.check(spec, text.matches("[0-9]{1,9}(x[0-9]{1,9})*"), "--shape " + name + '=' + text
                + " is no shape; write extents such as 1x3x640x640");
            parsed.put(name, Arrays.stream(text.split("x")).map(Long::valueOf).toList());
        });
        return parsed;
    }
}
