// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tactus.bench.ScratchFolder;
import org.tactus.bench.latency.ForkedJvm;
import org.tactus.bindings.linux.RealTime;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus bench networks}: public networks from a list, from the file to a run. */
@Command(name = "networks", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Takes each network of a list from its file to a run, in child processes: loads it, cuts it into 1, 2, 4 and 8, holds "
        + "its outputs against ONNX Runtime's own for the file as it is, profiles and runs it. Exit status 1 when one is wrong or crashed.")
public final class NetworksCommand implements Callable<Integer> {
    private static final long LIMIT_SECONDS = 120;
    private static final String CANNOT = "cannot";

    @Parameters(paramLabel = "LIST", description = "A list such as bench/networks/networks.csv.")
    private Path list;
    @Option(names = "--files", required = true, paramLabel = "DIR", description = "The folder with the files, which fetch.sh fills.")
    private Path files;
    @Option(names = "--only", paramLabel = "WORD", description = "Only networks whose name has this word in it.")
    private String only;
    @Option(names = "--tolerance", defaultValue = "1e-4", paramLabel = "SHARE",
        description = "Largest difference that is right, as a share "
        + "of the output's largest magnitude where that is above 1 (default: ${DEFAULT-VALUE}).")
    private double tolerance;
    @Option(names = "--no-run", description = "Neither profiles nor runs.")
    private boolean noRun;
    @Option(names = "--report", description = "Prints the results as tables in Markdown.")
    private boolean report;
    @Option(names = "--in-process", hidden = true)
    private boolean inProcess;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        UsageCheck.check(spec, tolerance >= 0, "--tolerance " + tolerance + " is no difference; give 0 or more");
        UsageCheck.check(spec, Files.isRegularFile(list), list + ": no such list; give one such as bench/networks/networks.csv");
        UsageCheck.check(spec, Files.isDirectory(files), "--files " + files + " is no folder; bench/networks/fetch.sh makes one");
        if (OnnxRuntime.find().isEmpty()) {
            throw new PrerequisiteException(OnnxRuntime.absence().orElseThrow());
        }
        final Map<String, ListedNetwork> networks = ListedNetwork.read(list).stream()
            .filter(network -> only == null || network.name().contains(only))
            .collect(Collectors.toMap(ListedNetwork::name, Function.identity(), (one, other) -> one, LinkedHashMap::new));
        final PrintStream print = System.out;
        if (inProcess) {
            final BufferedReader names = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String name = names.readLine(); name != null; name = names.readLine()) {
                print.println(new NetworkTrial(networks.get(name), files, tolerance).run().toLine());
                print.flush();
            }
            return ExitStatus.GOOD;
        }
        try (ScratchFolder scratch = ScratchFolder.make()) {
            return judge(networks, scratch.path(), print);
        }
    }

    /** ONNX Runtime's Java API unpacks its libraries into the folder for temporary files, where a child that is killed leaves them. */
    private int judge(final Map<String, ListedNetwork> networks, final Path scratch, final PrintStream print)
        throws IOException, InterruptedException {
        final List<String> flags = List.of("-Xmx1g", "-Djava.io.tmpdir=" + scratch);
        final ChildCases cases = new ChildCases(ForkedJvm.command(flags, "bench", "networks", "--in-process", "--files",
            files.toString(), "--tolerance", String.valueOf(tolerance), list.toString()), 1, LIMIT_SECONDS);
        final List<String> rows = new ArrayList<>();
        final List<CaseResult> results = cases.run(List.copyOf(networks.keySet()), result -> {
            final ListedNetwork network = networks.get(result.name());
            final String row = row(network, result);
            rows.add(row);
            if (!report) {
                print.println(Lines.wrap(row));
                print.flush();
            }
        });
        if (report) {
            print.println("| network | source | cuts 1 | 2 | 4 | 8 | profile | run |\n|---|---|---|---|---|---|---|---|");
            rows.forEach(print::println);
            print.println();
        }
        final CaseSummary summary = new CaseSummary(results);
        print.print(report ? summary.markdown() : summary.line());
        return summary.isGood() && rows.stream().noneMatch(row -> row.contains("FAILED")) ? ExitStatus.GOOD : ExitStatus.NO;
    }

    private String row(final ListedNetwork network, final CaseResult result) {
        final String start = "| " + network.name() + " | " + network.source() + " | ";
        if (result.outcome() != CaseResult.Outcome.OK) {
            return start + result.outcome().word() + ": " + result.text().replace('|', '/') + " | | | | | |";
        }
        final String[] cells = result.text().split("\\|");
        int cuts = 1;
        for (int i = 0; i < cells.length; i++) {
            if (cells[i].startsWith(CANNOT)) {
                cells[i] = report ? "-" : cells[i];
            } else if (NetworkTrial.CUTS[i] <= 4) {
                cuts = NetworkTrial.CUTS[i];
            }
        }
        final String cut = start + String.join(" | ", cells);
        return noRun ? cut + " | | |" : cut + " | " + run(network, cuts) + " |";
    }

    private String run(final ListedNetwork network, final int cuts) {
        try {
            try (ScratchFolder scratch = ScratchFolder.make()) {
                final Path folder = scratch.path();
                final Path set = folder.resolve("network.yaml");
                Files.writeString(set, network.taskSet(files.toAbsolutePath(), cuts, RealTime.onlineCores().getLast()));
                final String profiled = step(folder, "profile", set.toString(), "--runs", "50");
                return profiled + " | " + (profiled.equals("ok") ? step(folder, "run", set.toString(), "--for", "3s", "--no-stat", "--out",
                    folder.resolve("out").toString()) : "");
            }
        } catch (final IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted |";
        }
    }

    /** Runs a command of ours in a process of its own and says in a word how it ended. */
    private static String step(final Path folder, final String... words) throws IOException, InterruptedException {
        final Path said = folder.resolve("said.txt");
        final Process process = ForkedJvm.start(new ProcessBuilder(ForkedJvm.command(List.of("-Xmx1g"), words)).redirectErrorStream(true)
            .redirectOutput(said.toFile()));
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return "FAILED: did not end within " + LIMIT_SECONDS + " s";
        }
        if (process.exitValue() == ExitStatus.GOOD) {
            return "ok";
        }
        final List<String> lines = Files.readAllLines(said).stream().filter(line -> !line.isBlank()).toList();
        return "FAILED with status " + process.exitValue() + ": " + (lines.isEmpty() ? "it said nothing" : lines.getLast());
    }
}
