// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.network;

import java.nio.file.Files;
import java.nio.file.Path;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.graph.OnnxModel;

/** A network that a command line names: a file, or a generated network such as {@code resnet-small}. */
final class NamedModel {
    private NamedModel() {
    }

    /** Reads or generates it. */
    static OnnxModel load(final String name) {
        final int dash = name.indexOf('-');
        return dash > 0 && ModelZoo.NAMES.contains(name.substring(0, dash)) && !Files.exists(Path.of(name))
            ? ModelZoo.generate(name.substring(0, dash), name.substring(dash + 1), 1) : OnnxModel.load(Path.of(name));
    }
}
