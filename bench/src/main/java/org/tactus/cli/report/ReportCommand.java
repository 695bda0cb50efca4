// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.text.Lines;
import org.tactus.internal.text.Printable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus report}: a page that one looks at. */
@Command(name = "report", mixinStandardHelpOptions = true,
    description = "Makes one HTML page of runs: verdicts, time line, response distributions, stalls, bounds; several side by side.")
public final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", arity = "1..*",
        description = "Folders that run, simulate or demo left; the page is written into the first, and compares the others with it.")
    private List<Path> folders;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        for (final Path folder : folders) {
            if (!Files.isRegularFile(folder.resolve("results.json"))) {
                throw new PrerequisiteException(Printable.line(folder) + ": no results.json there; give the folder that --out of run or"
                    + " simulate named");
            }
        }
        final Path page = ReportPage.write(folders);
        spec.commandLine().getOut().println(Lines.wrap("wrote " + Printable.line(page)));
        spec.commandLine().getOut().flush();
        return ExitStatus.GOOD;
    }
}
