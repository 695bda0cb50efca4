// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.tactus.internal.time.Durations;

/**
 * Runs each section in a process of its own, the same JVM with the same flags, which writes its report and its log to a folder of the
 * section. So an error that stays for the life of a process, a crash of the JVM inside the driver, or a call that never comes back ends
 * that section alone. Used by one thread, which lives as long as the process that it starts ({@code PR_SET_PDEATHSIG} is bound to it).
 */
final class ChildSections implements SectionRunner {
    /** Number of the process that a child is to end with. */
    static final String PARENT_PROPERTY = "tactus.verify.parent";
    private static final String LOG_FILE = "log.txt";
    /** From the limit to the end of the process: it prints its threads meanwhile. */
    private static final long GRACE_NS = 5_000_000_000L;
    /** A process inside a broken driver may not even be killed. */
    private static final long KILL_S = 5;
    private static final int LOG_LINES = 8;
    /** Flags of this JVM that a second one must not have: they name what only one process can have, or that it would wait for. */
    private static final Pattern OWN = Pattern.compile("-(agent.*|javaagent.*|Xrunjdwp.*|Xlog:safepoint.*|Dtactus\\.safepoints=.*"
        + "|XX:AOTCacheOutput.*|XX:StartFlightRecording.*|XX:ErrorFile=.*|Dcom\\.sun\\.management\\..*)");
    /** What the JVM takes literally in the name of a log. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/._-]+");

    private final Class<?> main;
    private final List<String> words;
    private final Path out;
    private final long limitNs;

    /**
     * Prepares.
     *
     * @param main    the class whose main method the processes run
     * @param words   of its command line, without the section and the folder
     * @param out     where each section gets a folder
     * @param limitNs after which time a section is ended, nanoseconds
     */
    ChildSections(final Class<?> main, final List<String> words, final Path out, final long limitNs) {
        this.main = main;
        this.words = List.copyOf(words);
        this.out = out;
        this.limitNs = limitNs;
    }

    @Override
    public Section run(final GpuCheck check) {
        final Path folder = out.resolve(check.word());
        try {
            return run(check, Files.createDirectories(folder));
        } catch (final IOException e) {
            return Section.failed(check.name(), "its process cannot be run: " + e.getMessage(), "");
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return Section.failed(check.name(), "interrupted", "");
        }
    }

    private Section run(final GpuCheck check, final Path folder) throws IOException, InterruptedException {
        final Path report = folder.resolve(GpuReport.JSON_FILE);
        Files.deleteIfExists(report); // of an earlier verification
        final Path log = folder.resolve(LOG_FILE);
        final Process process = new ProcessBuilder(command(check, folder)).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        process.getOutputStream().close();
        final boolean ended;
        try {
            ended = process.waitFor(limitNs + GRACE_NS, TimeUnit.NANOSECONDS);
        } finally {
            process.destroyForcibly();
        }
        if (!ended) {
            return Section.failed(check.name(), "did not end within " + Durations.format(limitNs)
                + (process.waitFor(KILL_S, TimeUnit.SECONDS) ? ", and was killed" : ", and cannot be killed")
                + "; what its threads did is in " + log, last(log));
        }
        final int status = process.exitValue();
        final List<Section> found = Files.isRegularFile(report) ? SectionReader.read(report).sections() : List.of();
        if (found.size() == 1 && found.getFirst().name().equals(check.name())) {
            return found.getFirst();
        }
        return Section.failed(check.name(), "its process ended " + (status > 128 ? "by signal " + (status - 128) : "with status " + status)
            + " before it had a result; its log is " + log, last(log));
    }

    private static String last(final Path log) throws IOException {
        final List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
        return String.join(System.lineSeparator(), lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    /** The command line of a section's process. */
    private List<String> command(final GpuCheck check, final Path folder) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(flag -> !OWN.matcher(flag).matches())
            .forEach(command::add);
        // Of a jar that is started by -jar the manifest says these two; of a class path nothing does.
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
            "-D" + PARENT_PROPERTY + "=" + ProcessHandle.current().pid()));
        final String place = folder.toAbsolutePath().toString();
        command.add("-XX:ErrorFile=" + place.replace("%", "%%") + "/hs_err.log");
        if (PLAIN.matcher(place).matches()) {
            final String safepoints = place + "/safepoints.log";
            command.addAll(List.of("-Xlog:safepoint:file=" + safepoints + ":timenanos:filecount=0", "-Dtactus.safepoints=" + safepoints));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(words);
        command.addAll(List.of("--only", check.word(), "--out", folder.toString()));
        return command;
    }
}
