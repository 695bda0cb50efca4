// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** A CUDA toolkit on this machine, and the C compiler: what tests compare our header and our kernels with. */
final class Toolkit {
    /**
     * What a program left.
     *
     * @param status its exit status
     * @param text   everything that it printed
     */
    record Output(int status, String text) {
    }

    private Toolkit() {
    }

    static Optional<Path> home() {
        return Stream.of(System.getenv("CUDA_HOME"), System.getenv("CUDA_PATH"), "/usr/local/cuda").filter(Objects::nonNull)
            .map(Path::of).filter(home -> Files.isRegularFile(home.resolve("include/cuda.h"))).findFirst();
    }

    static Optional<Path> program(final String name) {
        return home().map(home -> home.resolve("bin").resolve(name)).filter(Files::isExecutable);
    }

    static Optional<Path> compiler() {
        final String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return Stream.of("cc", "gcc", "clang").flatMap(name -> Stream.of(path.split(":")).map(folder -> Path.of(folder, name)))
            .filter(Files::isExecutable).findFirst();
    }

    static Output run(final Path folder, final List<String> command) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        process.getOutputStream().close();
        final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), text);
    }
}
