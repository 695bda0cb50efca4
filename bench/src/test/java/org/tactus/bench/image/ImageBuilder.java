// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.image;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Builds the image: a folder that runs Tactus on a Linux without Java, and the same folder packed. Run by
 * {@code mvn -Pimage package} in the JDK of the toolchain, whose jdeps and jlink it calls.
 *
 * <pre>
 *   tactus               the launcher: the repository's own; it takes the runtime beside it where there is one
 *   runtime/             JDK 25, only the modules that the jars need
 *   lib/                 the command line and what it needs, without experiments and benchmarks; of ONNX Runtime only what this
 *                        system's processors need, without TensorFlow Lite and without the solver
 *   bench/case-studies/  task sets
 *   bench/gpu-first-run.sh, gpu-probe.c, gpu-probe   the first run on a GPU; the probe where there is a compiler here
 * </pre>
 */
final class ImageBuilder {
    /** Largest packed image: what is copied to a machine in a moment. */
    private static final long MAX_PACKED_BYTES = 60L << 20;
    /** Our own jar, without experiments and benchmarks. */
    private static final String COMMAND_LINE = "tactus-bench-cli.jar";
    /** Large libraries: networks' run times, and the solver's native part. */
    private static final List<String> LEFT_OUT = List.of("onnxruntime-", "tensorflow-lite-", "ortools-linux-");
    private static final String ONNX_RUNTIME = "onnxruntime-";
    /** Of ONNX Runtime's jar: its library for this system, without that for its own Java interface, and what must go with it. */
    private static final Pattern OF_ONNX_RUNTIME = Pattern.compile("ai/onnxruntime/native/linux-"
        + (System.getProperty("os.arch").equals("amd64") ? "x64" : System.getProperty("os.arch")) + "/libonnxruntime\\.so"
        + "|META-INF/.*[^/]|[A-Za-z_]+(\\.(txt|md))?");
    /** What only experiments and benchmarks call: charts, the harness, and peers. */
    private static final List<String> OF_EXPERIMENTS =
        List.of("jmh-", "jopt-simple-", "commons-", "xchart-", "batik-", "xmlgraphics-", "disruptor-", "aeron-");

    private final Path repository;
    private final Path target;
    private final Path image;

    private ImageBuilder(final Path repository) {
        this.repository = repository;
        this.target = repository.resolve("bench/target");
        this.image = target.resolve("image/tactus");
    }

    /**
     * Builds the image.
     *
     * @param words the repository's root
     * @throws IOException          when a file cannot be read or written
     * @throws InterruptedException never, in practice
     */
    public static void main(final String[] words) throws IOException, InterruptedException {
        final ImageBuilder builder = new ImageBuilder(Path.of(words[0]).toAbsolutePath().normalize());
        builder.build();
        new ImageCheck(builder.image).run();
        builder.pack();
    }

    private void build() throws IOException, InterruptedException {
        delete(image);
        final Path lib = Files.createDirectories(image.resolve("lib"));
        for (final Path jar : jars()) {
            Files.copy(jar, lib.resolve(jar.getFileName()));
        }
        copyOnnxRuntime(lib);
        final List<String> jdeps = new ArrayList<>(List.of("--multi-release", "25", "--ignore-missing-deps", "--print-module-deps"));
        jars().forEach(jar -> jdeps.add(jar.toString()));
        final String modules = tool("jdeps", jdeps.toArray(String[]::new)).strip();
        System.out.println("image: modules " + modules);
        // Not compressed class by class: the packed folder is then a sixth smaller.
        tool("jlink", "--add-modules", modules, "--strip-debug", "--no-header-files", "--no-man-pages", "--compress", "zip-0",
            "--output", image.resolve("runtime").toString());
        copy(repository.resolve("bench/case-studies"), image.resolve("bench/case-studies"));
        for (final String file : List.of("tactus", "README.md", "LICENSE", "bench/gpu-first-run.sh", "bench/gpu-probe.c")) {
            Files.copy(repository.resolve(file), image.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
        compileProbe();
    }

    /** For machines without a compiler; one that has one builds its own. */
    private void compileProbe() throws IOException, InterruptedException {
        final Path bench = image.resolve("bench");
        try {
            Programs.run(bench, List.of("cc", "-O2", "-s", "-o", "gpu-probe", "gpu-probe.c", "-ldl"));
        } catch (final IOException e) { // there is no such program
            System.out.println("image: no compiler here, so the image carries the source of bench/gpu-probe alone");
        }
    }

    /** Copies ONNX Runtime's jar without what other systems need. */
    private void copyOnnxRuntime(final Path lib) throws IOException {
        final Path whole;
        try (Stream<Path> jars = Files.list(target.resolve("lib"))) {
            whole = jars.filter(jar -> jar.getFileName().toString().startsWith(ONNX_RUNTIME)).findFirst().orElseThrow(
                () -> new IllegalStateException("ONNX Runtime's jar is not in " + target.resolve("lib")));
        }
        try (ZipFile from = new ZipFile(whole.toFile());
            ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(lib.resolve(whole.getFileName())))) {
            for (final ZipEntry entry : Collections.list(from.entries())) {
                if (OF_ONNX_RUNTIME.matcher(entry.getName()).matches()) {
                    to.putNextEntry(new ZipEntry(entry.getName()));
                    from.getInputStream(entry).transferTo(to);
                    to.closeEntry();
                }
            }
        }
    }

    private List<Path> jars() throws IOException {
        final List<Path> jars = new ArrayList<>(List.of(target.resolve(COMMAND_LINE)));
        try (Stream<Path> lib = Files.list(target.resolve("lib"))) {
            lib.filter(jar -> Stream.concat(LEFT_OUT.stream(), OF_EXPERIMENTS.stream())
                .noneMatch(jar.getFileName().toString()::startsWith)).sorted().forEach(jars::add);
        }
        return jars;
    }

    private void pack() throws IOException, InterruptedException {
        final Path packed = target.resolve("tactus-image.tar.gz");
        Programs.run(image.getParent(), List.of("tar", "-czf", packed.toString(), image.getFileName().toString()));
        final long bytes = Files.size(packed);
        System.out.printf("image: %s, %.1f MiB unpacked; %s, %.1f MiB%n", repository.relativize(image), mebi(size(image)),
            repository.relativize(packed), mebi(bytes));
        if (bytes > MAX_PACKED_BYTES) {
            throw new IllegalStateException("the packed image is larger than " + (MAX_PACKED_BYTES >> 20)
                + " MiB; leave a library out (ImageBuilder.LEFT_OUT) or a module");
        }
    }

    private static double mebi(final long bytes) {
        return bytes / (double) (1 << 20);
    }

    private static String tool(final String name, final String... words) {
        final ToolProvider tool = ToolProvider.findFirst(name).orElseThrow(
            () -> new IllegalStateException("this JDK has no " + name + ": " + System.getProperty("java.home")));
        final StringWriter text = new StringWriter();
        final PrintWriter out = new PrintWriter(text);
        final int status = tool.run(out, out, words);
        if (status != 0) {
            throw new IllegalStateException(name + " ended with status " + status + ": " + text);
        }
        return text.toString();
    }

    private static long size(final Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
        }
    }

    static void copy(final Path from, final Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (final Path file : files.toList()) {
                final Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    static void delete(final Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(final Path emptied, final IOException failure) throws IOException {
                Files.delete(emptied);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
