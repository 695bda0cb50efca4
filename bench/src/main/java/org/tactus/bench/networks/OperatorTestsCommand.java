// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.tactus.bench.ScratchFolder;
import org.tactus.bench.latency.ForkedJvm;
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

/** {@code tactus bench operator-tests}: ONNX's operator tests, run as jobs would run their networks. */
@Command(name = "operator-tests", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Runs ONNX's operator tests (Debian's libonnx-testdata) as jobs would run their networks, in child processes, and holds "
        + "what comes out against the tests'. Exit status 1 when an output is wrong or a process crashed.")
public final class OperatorTestsCommand implements Callable<Integer> {
    private static final int BATCH = 100;
    private static final long LIMIT_SECONDS = 60;

    @Parameters(paramLabel = "DIR", description = "A folder with tests in it or below it: model.onnx beside test_data_set_0.")
    private Path root;
    @Option(names = "--cuts", defaultValue = "1", paramLabel = "N", description = "Number of segments (default: ${DEFAULT-VALUE}).")
    private int cuts;
    @Option(names = "--only", paramLabel = "WORD", description = "Only tests whose folder has this word in it.")
    private String only;
    @Option(names = "--report", description = "Prints the summary as a table in Markdown, without a line for each test.")
    private boolean report;
    @Option(names = "--in-process", hidden = true)
    private boolean inProcess;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        UsageCheck.check(spec, Files.isDirectory(root), root + " is no folder; give the one that has the tests, such as "
            + "/usr/share/libonnx-testdata of Debian's libonnx-testdata");
        UsageCheck.check(spec, cuts >= 1, "--cuts " + cuts + " is out of range; give 1 or more");
        if (OnnxRuntime.find().isEmpty()) {
            throw new PrerequisiteException(OnnxRuntime.absence().orElseThrow());
        }
        final PrintStream print = System.out;
        if (inProcess) {
            final BufferedReader names = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String name = names.readLine(); name != null; name = names.readLine()) {
                print.println(new OperatorTest(root, name, cuts).run().toLine());
                print.flush();
            }
            return ExitStatus.GOOD;
        }
        final List<String> names = OperatorTest.find(root).stream().filter(name -> only == null || name.contains(only)).toList();
        UsageCheck.check(spec, !names.isEmpty(), root + " has no such test in it: model.onnx beside test_data_set_0");
        try (ScratchFolder scratch = ScratchFolder.make()) {
            return judge(names, scratch.path(), print);
        }
    }

    /** ONNX Runtime's Java API unpacks its libraries into the folder for temporary files, where a child that is killed leaves them. */
    private int judge(final List<String> names, final Path scratch, final PrintStream print) throws IOException, InterruptedException {
        final List<String> flags = List.of("-Xmx1g", "-Djava.io.tmpdir=" + scratch);
        final ChildCases cases = new ChildCases(ForkedJvm.command(flags, "bench", "operator-tests", "--in-process", "--cuts",
            String.valueOf(cuts), root.toString()), BATCH, LIMIT_SECONDS);
        final List<CaseResult> results = cases.run(names, result -> {
            if (!report) {
                print.println(Lines.wrap(result.outcome().word() + ' ' + result.name() + (result.text().isEmpty() ? "" : ": "
                    + result.text())));
            }
        });
        final CaseSummary summary = new CaseSummary(results);
        print.print(report ? summary.markdown() : summary.line());
        return summary.isGood() ? ExitStatus.GOOD : ExitStatus.NO;
    }
}
