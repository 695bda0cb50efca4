package org.tactus.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Writes a tree of maps, lists and values as YAML; a reader never sees half a file. */
final class YamlOutput {
    private YamlOutput() {
    }

    static void write(final Path file, final String comment, final Map<String, Object> root) throws IOException {
        write(file, comment, root, FlowStyle.BLOCK);
    }

    /** As {@link #write}, a map or list of single values in one line. */
    static void writeCompact(final Path file, final String comment, final Map<String, Object> root) throws IOException {
        write(file, comment, root, FlowStyle.AUTO);
    }

    private static void write(final Path file, final String comment, final Map<String, Object> root, final FlowStyle style)
        throws IOException {
        final DumpSettings settings = DumpSettings.builder().setDefaultFlowStyle(style).setSplitLines(false).build();
        final Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        final Path draft = Files.createTempFile(directory, file.getFileName().toString(), ".draft");
        try {
            Files.writeString(draft, "# " + comment + "\n" + new Dump(settings).dumpToString(root));
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }
}
