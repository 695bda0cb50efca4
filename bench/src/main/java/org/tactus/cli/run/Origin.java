// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tactus.cli.support.BuildVersion;

/** What {@code results.json} says of where it comes from: so that a result is told apart from those of another build, machine or input. */
final class Origin {
    private Origin() {
    }

    /**
     * Collects the texts, before the run: the file may be another one after it.
     *
     * @param input       the task-set file
     * @param startMillis when the run began, milliseconds since 1970
     * @param assign      the rule by which priorities were given in place of the file's; empty without one
     * @return by the keys of {@code results.json}, in their order there
     */
    static Map<String, String> of(final Path input, final long startMillis, final String assign) {
        final Map<String, String> origin = new LinkedHashMap<>();
        origin.put("version", BuildVersion.text());
        origin.put("startedAt", Instant.ofEpochMilli(startMillis).toString());
        origin.put("inputHash", hash(input));
        if (!assign.isEmpty()) {
            origin.put("assign", assign);
        }
        origin.put("jvm", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version") + ", "
            + System.getProperty("java.vm.vendor"));
        origin.put("jvmFlags", String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
        return origin;
    }

    /** Empty for what cannot be read twice, such as a pipe. */
    private static String hash(final Path input) {
        if (!Files.isRegularFile(input)) {
            return "";
        }
        try {
            return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(input)));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
