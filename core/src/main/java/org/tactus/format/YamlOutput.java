// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.jvm.JvmFlags;

/** Writes a tree of maps, lists and values as YAML; a reader never sees half a file. */
final class YamlOutput {
    private YamlOutput() {
    }

    static void write(final Path file, final String comment, final Map<String, Object> root) throws IOException {
        JvmFlags.requireModules();
        write(file, comment, root, FlowStyle.BLOCK);
    }

    /** As {@link #write}, a map or list of single values in one line. */
    static void writeCompact(final Path file, final String comment, final Map<String, Object> root) throws IOException {
        JvmFlags.requireModules();
        write(file, comment, root, FlowStyle.AUTO);
    }

    /** Makes the file's folder, and says why the file could not be written. */
    static void requireWritable(final Path file) throws IOException {
        OutputFolder.make(file.toAbsolutePath().getParent());
        WholeFile.requireWritable(file);
    }

    private static void write(final Path file, final String comment, final Map<String, Object> root, final FlowStyle style)
        throws IOException {
        final DumpSettings settings = DumpSettings.builder().setDefaultFlowStyle(style).setSplitLines(false).build();
        OutputFolder.make(file.toAbsolutePath().getParent());
        WholeFile.write(file, "# " + comment + "\n" + new Dump(settings).dumpToString(root));
    }
}
