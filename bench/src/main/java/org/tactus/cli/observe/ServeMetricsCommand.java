// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.observe;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.text.Lines;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.text.Printable;
import org.tactus.internal.watch.CountersFile;
import org.tactus.internal.watch.CountersReader;
import org.tactus.internal.watch.MetricsEndpoint;
import org.tactus.internal.watch.MetricsText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus serve-metrics}: what a run has done, where Prometheus fetches it; the run does nothing for it. */
@Command(name = "serve-metrics", mixinStandardHelpOptions = true,
    description = "Serves the counters of a running process as OpenMetrics on the loopback address, until the run ends.")
public final class ServeMetricsCommand implements Callable<Integer> {
    private static final long MS = 1_000_000;

    @Parameters(paramLabel = "PID", description = "Number of the process.")
    private long pid;
    @Option(names = "--port", paramLabel = "N", defaultValue = "9464",
        description = "Port on the loopback address, 0 for a free one (${DEFAULT-VALUE}).")
    private int port;
    @Option(names = "--textfile", paramLabel = "FILE",
        description = "Opens no port, and writes this file again and again, for the textfile collector of Prometheus's node exporter.")
    private Path textfile;
    @Option(names = "--every", paramLabel = "DURATION", defaultValue = "5s", converter = DurationConverter.class,
        description = "How often the file is written (${DEFAULT-VALUE}).")
    private long everyNs;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port < 0 || port > MetricsEndpoint.MOST_PORT) {
            throw new PrerequisiteException("--port " + port + ": no port; give a number from 0 to " + MetricsEndpoint.MOST_PORT);
        }
        final List<CountersReader> runs = Runs.of(pid);
        if (runs.isEmpty()) {
            throw new PrerequisiteException("process " + pid + " has no counters in " + CountersFile.folder()
                + "; it runs no task set, or not watchable; 'tactus stat' shows the runs that there are");
        }
        StandAside.from(runs);
        if (textfile != null) {
            do {
                final String text = MetricsText.plain(runs);
                WholeFile.write(textfile, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
            } while (waitWhileAlive(runs, everyNs));
            return ExitStatus.GOOD;
        }
        serve(runs);
        return ExitStatus.GOOD;
    }

    private void serve(final List<CountersReader> runs) throws InterruptedException {
        try (MetricsEndpoint endpoint = open(runs)) {
            final PrintWriter out = spec.commandLine().getOut();
            out.println(Lines.wrap("serving " + endpoint.address() + " until the run ends"));
            out.flush();
            while (waitWhileAlive(runs, 500 * MS)) {
                continue;
            }
        }
    }

    private MetricsEndpoint open(final List<CountersReader> runs) {
        try {
            return new MetricsEndpoint(port, runs, UnaryOperator.identity());
        } catch (final IOException e) {
            throw new PrerequisiteException("port " + port + " cannot be served: " + Printable.line(e.getMessage())
                + "; choose another by --port, or 0 for a free one");
        }
    }

    /** False when no run lives any more. */
    private static boolean waitWhileAlive(final List<CountersReader> runs, final long ns) throws InterruptedException {
        boolean alive = false;
        for (final CountersReader run : runs) {
            alive |= run.isAlive();
        }
        if (alive) {
            Thread.sleep(Math.max(1, ns / MS));
        }
        return alive;
    }
}
