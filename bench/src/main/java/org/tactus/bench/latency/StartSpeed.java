// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.tactus.Tactus;
import org.tactus.bench.ScratchFolder;
import org.tactus.cli.support.Home;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.text.Lines;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.text.TextTable;
import org.tactus.internal.watch.CountersReader;
import org.tactus.model.TaskSet;

/**
 * How long a run takes from the start of the launcher until its first job is done, and how much memory it has then, over the number of
 * tasks, with and without the launcher's start cache.
 * <pre>
 *   tactus run SET &amp; --&gt; JVM --&gt; read --&gt; analyse --&gt; prepare --&gt; admit --&gt; time zero --&gt; first job done
 *   |&lt;------------------------------- "first job" -------------------------------------&gt;|   seen in its counters, every 2 ms
 *        each with and without the cache in turn, a round at a time; memory by /proc/PID/status when the first job is done
 * </pre>
 */
public final class StartSpeed {
    private static final long POLL_MS = 2;
    private static final long PATIENCE_NS = 300_000_000_000L;

    /**
     * What is measured.
     *
     * @param tasks    numbers of tasks
     * @param rounds   starts of each
     * @param analysed tasks of the set that is analysed only; 0 for none
     * @param realTime whether the runs ask for real-time rights
     */
    public record Settings(List<Integer> tasks, int rounds, int analysed, boolean realTime) {
        /** Keeps a copy. */
        public Settings {
            tasks = List.copyOf(tasks);
        }
    }

    /** One start: until the first job was done, on the wall and of all its threads, and the process's memory then. */
    private record Start(double seconds, double processorS, double mebibytes, double anonymousMebibytes) {
    }

    private final Settings settings;
    private final PrintStream out;
    private final Path launcher = Home.file("tactus").toAbsolutePath();
    private final Path folder;

    private StartSpeed(final Settings settings, final Path folder, final PrintStream out) {
        this.settings = settings;
        this.folder = folder;
        this.out = out;
    }

    /**
     * Measures and prints a row for each number of tasks, with and without the cache.
     *
     * @param settings what to measure
     * @param out      where to print
     * @throws IOException          when a file cannot be read or written
     * @throws InterruptedException when interrupted
     */
    public static void measure(final Settings settings, final PrintStream out) throws IOException, InterruptedException {
        try (ScratchFolder scratch = ScratchFolder.make()) {
            new StartSpeed(settings, scratch.path(), out).measure();
        }
    }

    /** A set whose tasks use a twentieth of one core together, whatever their number. */
    private Path set(final int tasks) throws IOException {
        final StringBuilder text = new StringBuilder("tactus: 1\nname: start-" + tasks + "\npolicy: fixed-priority\noverheads: none\n"
            + "platform: {devices: [{name: cpu0, kind: cpu, cores: [" + (Runtime.getRuntime().availableProcessors() - 1)
            + "]}]}\ntasks:\n");
        for (int i = 0; i < tasks; i++) {
            text.append("  - {name: t").append(i).append(", period: ").append(Math.max(1000, tasks * 2L) + i)
                .append("ms, segments: [{device: cpu0, wcet: 100us, actual: 0.5}]}\n");
        }
        return Files.writeString(folder.resolve("start-" + tasks + ".yaml"), text);
    }

    private void measure() throws IOException, InterruptedException {
        if (!Files.isRegularFile(launcher)) {
            throw new PrerequisiteException(launcher + ": no launcher; start this by ./tactus bench start");
        }
        final String cache = makeCache();
        final List<List<List<Start>>> starts = new ArrayList<>();
        settings.tasks.forEach(tasks -> starts.add(List.of(new ArrayList<>(), new ArrayList<>())));
        for (int round = 0; round < settings.rounds; round++) {
            for (int i = 0; i < settings.tasks.size(); i++) {
                final Path set = set(settings.tasks.get(i));
                for (int way = 0; way < 2; way++) {
                    starts.get(i).get(way).add(start(set, way == 0 ? "off" : cache));
                }
            }
        }
        print(starts);
        if (settings.analysed > 0) {
            analyse();
        }
    }

    /** Makes the launcher's cache, unless it is there; returns its folder. */
    private String makeCache() throws IOException, InterruptedException {
        final Process making = ForkedJvm.start(new ProcessBuilder("sh", launcher.toString(), "--make-start-cache")
            .redirectError(ProcessBuilder.Redirect.INHERIT));
        final String file = new String(making.getInputStream().readAllBytes()).strip();
        if (making.waitFor() != 0) {
            throw new PrerequisiteException("the start cache cannot be made; see above");
        }
        return Path.of(file).getParent().toString();
    }

    private Start start(final Path set, final String cache) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of("sh", launcher.toString(), "run", set.toString(), "--for", "2s", "--out",
            folder.resolve("out").toString()));
        if (!settings.realTime) {
            command.add("--no-real-time");
        }
        final Path said = folder.resolve("said.txt");
        final ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().put("TACTUS_START_CACHE", cache);
        final long beginNs = System.nanoTime();
        final Process run = ForkedJvm.start(builder); // the launcher becomes the JVM, under the same number
        try {
            awaitFirstJob(run, said, beginNs);
            final double seconds = (System.nanoTime() - beginNs) / 1e9;
            final double processorS = run.info().totalCpuDuration().map(used -> used.toMillis() / 1e3).orElse(Double.NaN);
            return new Start(seconds, processorS, mebibytes(run.pid(), "VmHWM"), mebibytes(run.pid(), "RssAnon"));
        } finally {
            run.waitFor(PATIENCE_NS, TimeUnit.NANOSECONDS);
            run.destroy();
        }
    }

    private static void awaitFirstJob(final Process run, final Path said, final long beginNs) throws IOException, InterruptedException {
        CountersReader counters = null;
        try {
            while (counters == null || counters.tasks().stream().noneMatch(task -> task.jobs() > 0)) {
                if (!run.isAlive() || System.nanoTime() - beginNs > PATIENCE_NS) {
                    throw new PrerequisiteException("a run has no first job: " + Files.readString(said).strip());
                }
                Thread.sleep(POLL_MS);
                if (counters == null) {
                    counters = counters(run.pid());
                }
            }
        } finally {
            if (counters != null) {
                counters.close();
            }
        }
    }

    /** The counters of a process; null while it has none. */
    private static CountersReader counters(final long pid) throws IOException {
        for (final Path file : CountersReader.list()) {
            try {
                final CountersReader reader = new CountersReader(file);
                if (reader.pid() == pid) {
                    return reader;
                }
                reader.close();
            } catch (final IOException e) {
                continue; // being made, or gone
            }
        }
        return null;
    }

    private static double mebibytes(final long pid, final String key) throws IOException {
        for (final String line : Files.readAllLines(Path.of("/proc", String.valueOf(pid), "status"))) {
            if (line.startsWith(key + ":")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
            }
        }
        return Double.NaN;
    }

    private void print(final List<List<List<Start>>> starts) {
        final List<String[]> rows = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            for (int way = 0; way < 2; way++) {
                final List<Start> all = starts.get(i).get(way);
                final List<Start> first = starts.getFirst().get(way);
                final int more = settings.tasks.get(i) - settings.tasks.getFirst();
                final double[] seconds = all.stream().mapToDouble(Start::seconds).sorted().toArray();
                final double anonymous = Median.of(all.stream().mapToDouble(Start::anonymousMebibytes).toArray());
                rows.add(new String[] {String.valueOf(settings.tasks.get(i)), way == 0 ? "off" : "on",
                    String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", Median.of(seconds), seconds[0], seconds[seconds.length - 1]),
                    String.format(Locale.ROOT, "%.2f", Median.of(all.stream().mapToDouble(Start::processorS).toArray())),
                    more <= 0 ? "-" : String.format(Locale.ROOT, "%.2f",
                        (Median.of(seconds) - Median.of(first.stream().mapToDouble(Start::seconds).toArray())) * 1000 / more),
                    String.format(Locale.ROOT, "%.0f (%.0f)", Median.of(all.stream().mapToDouble(Start::mebibytes).toArray()), anonymous),
                    more <= 0 ? "-" : String.format(Locale.ROOT, "%.0f",
                        (anonymous - Median.of(first.stream().mapToDouble(Start::anonymousMebibytes).toArray())) * 1024 / more)});
            }
        }
        out.print(TextTable.text(Terminal.width(), new String[] {"tasks", " cache", " first job s (min to max)", "processor s", "a task ms",
            "memory MiB (anonymous)", "a task KiB"}, rows));
        out.println(Lines.wrap("memory is the largest resident so far, files such as the JDK's modules included, and what"
            + " is anonymous of it"));
    }

    private void analyse() throws IOException {
        final Path file = set(settings.analysed);
        final long beginNs = System.nanoTime();
        final TaskSet set = TaskSetFile.load(file, TaskSetFile.Options.strict()).taskSet();
        final long readNs = System.nanoTime();
        final boolean schedulable = Tactus.analyze(set).schedulable();
        out.printf(Locale.ROOT, "%d tasks: read in %.2f s, analysed in %.2f s: %sschedulable%n", settings.analysed,
            (readNs - beginNs) / 1e9, (System.nanoTime() - readNs) / 1e9, schedulable ? "" : "not ");
    }
}
