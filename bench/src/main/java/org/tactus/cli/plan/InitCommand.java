// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.plan;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.linux.RealTime;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.FreeName;
import org.tactus.cli.support.SizeConverter;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.internal.file.FileCheck;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.OpenKeys;
import org.tactus.internal.graph.TensorBytes;
import org.tactus.internal.text.Printable;
import org.tactus.internal.text.ShellWord;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code tactus init}: a task set to start from. */
@Command(name = "init", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Writes a task set to start from: a task for each network, one segment each, on processor cores by turns, or on a GPU.")
public final class InitCommand implements Callable<Integer> {
    private static final Pattern TASK = Pattern.compile(
        "(.+?):([0-9.]+\\s*(?:ns|us|ms|s|m|h))(?::([0-9.]+\\s*(?:ns|us|ms|s|m|h)))?");
    /** A network with something behind it that may be meant as period and deadline. */
    private static final Pattern LIKE_A_TASK = Pattern.compile("(.+\\.(?:onnx|tflite)):([^:]*)(?::([^:]*))?");
    private static final int LONGEST_NAME = 60;

    @Parameters(paramLabel = "MODEL:PERIOD[:DEADLINE]", arity = "1..*",
        description = "A network and its period, such as detector.onnx:33ms, or with a deadline, such as brake.onnx:100ms:40ms.")
    private List<String> models;
    @Option(names = "--cores", split = ",", paramLabel = "LIST",
        description = "Cores for the networks, a device each (default: the last core of this machine; with --gpu the last two, which it "
            + "uses together).")
    private List<Integer> cores = List.of();
    @Option(names = "--gpu", paramLabel = "SIZE", converter = SizeConverter.class,
        description = "A software GPU with so much memory for all networks in place of cores, such as 64MiB; when it is too little for "
            + "all, they take turns in it.")
    private Long gpuBytes;
    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The .yaml file to write; it must not be there.")
    private Path out;
    @Spec
    private CommandSpec spec;
    /** By file, what it leaves open. */
    private final Map<Path, OpenKeys> known = new HashMap<>();
    /** By file, what a job copies to a GPU and back, with the extents that are written. */
    private final Map<Path, TensorBytes> tensors = new HashMap<>();

    @Override
    public Integer call() throws IOException {
        UsageCheck.check(spec, !Files.exists(out), "--out " + out + " is there already; name a new file");
        UsageCheck.check(spec, new HashSet<>(cores).size() == cores.size(), "--cores " + cores + " names a core twice");
        UsageCheck.check(spec, gpuBytes == null || gpuBytes >= ScheduledGpu.LEAST_BYTES,
            "--gpu: a memory of less than " + Sizes.exact(ScheduledGpu.LEAST_BYTES) + " has no chunks to speak of; give it more");
        UsageCheck.check(spec, gpuBytes == null || gpuBytes <= SoftwareSettings.PCIE4.memoryBytes(),
            "--gpu: a software GPU has " + Sizes.format(SoftwareSettings.PCIE4.memoryBytes()) + "; give it at most that");
        final List<Integer> here = RealTime.allowedCores();
        // A GPU's dispatcher polls on the first, and the second computes.
        final List<Integer> used = !cores.isEmpty() ? cores
            : here.subList(Math.max(0, here.size() - (gpuBytes == null ? 1 : 2)), here.size());
        used.stream().filter(core -> core < 0).findFirst().ifPresent(core -> UsageCheck.check(spec, false,
            "--cores: " + core + " is no core; write numbers from 0, such as --cores " + here.getLast()));
        final List<Integer> absent = used.stream().filter(core -> !here.contains(core)).toList();
        if (!absent.isEmpty()) {
            warn("--cores: this process may not run on " + text(absent) + "; here are " + text(here)
                + ", and profile and run need the cores that the file names");
        }
        final Path folder = out.toAbsolutePath().normalize().getParent();
        final StringBuilder text = new StringBuilder("# Written by tactus init. Next: tactus profile FILE, which measures the WCETs,\n"
            + "# then tactus run FILE. tactus calibrate measures what this machine adds to each\n"
            + "# job; then write 'overheads: calibrated'.\n"
            + "tactus: 1\nname: " + name(out, new HashSet<>()) + "\npolicy: fixed-priority\noverheads: none\nplatform:\n  devices:\n");
        for (int i = 0; i < used.size() && gpuBytes == null; i++) {
            text.append("    - {name: cpu").append(i).append(", kind: cpu, cores: [").append(used.get(i)).append("]}\n");
        }
        final StringBuilder tasks = new StringBuilder("tasks:\n");
        final Set<String> names = new HashSet<>();
        for (int i = 0; i < models.size(); i++) {
            tasks.append(task(models.get(i), folder, names, gpuBytes != null ? "gpu0" : "cpu" + i % used.size()));
        }
        if (gpuBytes != null) {
            text.append(ScheduledGpu.of(gpuBytes, used).text(tensors.values()));
        }
        text.append(tasks);
        OutputFolder.make(folder);
        WholeFile.write(out, text.toString());
        final PrintWriter print = spec.commandLine().getOut();
        final Path planned = out.resolveSibling(String.valueOf(out.getFileName()).replaceFirst("(\\.yaml)?$", "-planned.yaml"));
        print.println(Lines.wrap("Wrote " + out + "; next" + (known.values().stream().allMatch(OpenKeys::isEmpty) ? ":"
            : " put in what the networks leave open, then:")));
        print.println("  tactus profile " + ShellWord.of(out)); // a command stays in one line, so that it can be copied
        if (gpuBytes != null) {
            print.println("  tactus plan " + ShellWord.of(out) + " --with rt-swap --out " + ShellWord.of(planned));
        }
        print.println("  tactus run " + ShellWord.of(gpuBytes == null ? out : planned));
        print.flush();
        return ExitStatus.GOOD;
    }

    private String task(final String word, final Path folder, final Set<String> names, final String device) {
        final Matcher matcher = TASK.matcher(word);
        final Matcher like = LIKE_A_TASK.matcher(word);
        if (!matcher.matches() && like.matches()) {
            time(word, like.group(2));
            if (like.group(3) != null) {
                time(word, like.group(3));
            }
        }
        UsageCheck.check(spec, matcher.matches(), "'" + word + "' is no network with a period; write it such as detector.onnx:33ms");
        final Path file = Path.of(matcher.group(1));
        final long periodNs = time(word, matcher.group(2));
        final long deadlineNs = matcher.group(3) == null ? periodNs : time(word, matcher.group(3));
        UsageCheck.check(spec, deadlineNs <= periodNs, "'" + word + "': the deadline is beyond the period; it must be at most the period");
        final boolean tfLite = file.toString().endsWith(".tflite");
        UsageCheck.check(spec, !tfLite || gpuBytes == null, file + " is a TensorFlow Lite file, and with --gpu networks are ONNX files");
        if (tfLite && !Files.isRegularFile(file)) {
            throw new InvalidModelException(file + ": " + FileCheck.absence(file) + "; name an .onnx or .tflite file");
        }
        final OpenKeys open = tfLite ? OpenKeys.NONE : open(file);
        final String path = folder.relativize(file.toAbsolutePath().normalize()).toString();
        final String quoted = "file: \"" + path.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        return "  - name: " + name(file, names) + "\n    period: " + fileText(matcher.group(2), periodNs) + "\n"
            + (matcher.group(3) == null ? "" : "    deadline: " + fileText(matcher.group(3), deadlineNs) + "\n")
            + (open.isEmpty() ? "    model: {" + quoted + "}\n" : "    model:\n      " + quoted + "\n"
                + open.lines().stream().map(line -> "      " + line + "\n").collect(Collectors.joining()))
            + "    segments: [{device: " + device + "}]\n";
    }

    /** What a file leaves open, which is told once for each file. */
    private OpenKeys open(final Path file) {
        return known.computeIfAbsent(file.toAbsolutePath().normalize(), path -> {
            final OnnxModel model = OnnxModel.load(file);
            final OpenKeys open = OpenKeys.of(model);
            tensors.put(path, TensorBytes.of(model));
            if (!open.isEmpty()) {
                warn(file + " leaves open what the file only guesses (" + String.join(", ", open.names()) + "); put in what is needed");
            }
            open.failure().ifPresent(why -> warn(file + ": its outputs are not known with these guesses: " + why));
            return open;
        });
    }

    private void warn(final String sentence) {
        final PrintWriter err = spec.commandLine().getErr();
        err.println("warning: " + Printable.line(sentence));
        err.flush();
    }

    private static String text(final List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    /** A time as the format has it: minutes and hours are for people at the command line. */
    private static String fileText(final String text, final long ns) {
        return text.endsWith("m") || text.endsWith("h") ? Durations.exact(ns) : text.replace(" ", "");
    }

    private long time(final String word, final String text) {
        try {
            return new DurationConverter().convert(text);
        } catch (final TypeConversionException e) {
            UsageCheck.check(spec, false, "'" + word + "': " + e.getMessage());
            return 0;
        }
    }

    /** A name from a file's, unlike those before. */
    private static String name(final Path file, final Set<String> names) {
        final String base = String.valueOf(file.getFileName()).replaceFirst("\\.[A-Za-z0-9]+$", "").replaceAll("[^A-Za-z0-9_.-]", "_");
        return FreeName.take(base.matches("[._-]*") ? "net" : base.substring(0, Math.min(LONGEST_NAME, base.length())), names);
    }
}
