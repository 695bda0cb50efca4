// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Runs programs and keeps what they print. */
final class Programs {
    private Programs() {
    }

    static String run(final Path folder, final List<String> command) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        process.getOutputStream().close();
        final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        final int status = process.waitFor();
        if (status != 0) {
            throw new IllegalStateException(String.join(" ", command) + " ended with status " + status + ": " + text);
        }
        return text;
    }
}
