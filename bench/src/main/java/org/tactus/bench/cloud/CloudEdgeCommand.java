// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cloud;

import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.tactus.bindings.linux.RealTime;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.UsageCheck;
import org.tactus.internal.remote.RoundTrips;
import org.tactus.internal.time.Durations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tactus bench cloud-edge}: a second machine whose network breaks. */
@Command(name = "cloud-edge", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Offers jobs to a peer in another process over loopback while messages are lost, delayed, reordered and doubled, and the "
        + "peer is killed, paused and flooded. Exit status 1 when a job missed its deadline, a tensor was wrong or a dispatcher allocated.")
public final class CloudEdgeCommand implements Callable<Integer> {
    @Option(names = "--for", paramLabel = "DURATION", defaultValue = "6s", converter = DurationConverter.class,
        description = "How long each scenario lasts (${DEFAULT-VALUE}).")
    private long durationNs;
    @Option(names = "--only", paramLabel = "WORD", description = "Only scenarios whose names have this word in them.")
    private String only;
    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of what is lost and delayed (${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--report", description = "Prints the table in Markdown.")
    private boolean report;
    @Spec
    private CommandSpec spec;

    /** Made by the command line. */
    public CloudEdgeCommand() {
        // its options are fields
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        UsageCheck.check(spec, durationNs >= 1_000_000_000L, "--for is too short; give 1s or more");
        final List<CloudEdge.Scenario> scenarios =
            CloudEdge.scenarios().stream().filter(scenario -> only == null || scenario.name().contains(only)).toList();
        UsageCheck.check(spec, !scenarios.isEmpty(), "--only " + only + " names no scenario; there are "
            + String.join(", ", CloudEdge.scenarios().stream().map(CloudEdge.Scenario::name).toList()));
        final List<Integer> cores = RealTime.onlineCores();
        final CloudEdge bench = new CloudEdge(cores.getFirst(), cores.getLast(), durationNs, seed);
        final PrintStream print = System.out;
        final String format = report ? "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |%n"
            : "%-26s %6s %5s %9s %5s %7s %7s %6s %14s %7s %6s %9s  %s%n";
        print.printf(format, "scenario", "offers", "used", "fallbacks", "late", "dropped", "refused", "wrong", "misses (excused)",
            "B a job", "gain", "median", "the peer's own task");
        if (report) {
            print.println("|---".repeat(13) + "|");
        }
        boolean good = true;
        for (final CloudEdge.Scenario scenario : scenarios) {
            final CloudEdge.Row row = bench.run(scenario, freePort());
            print.printf(Locale.ROOT, format, row.scenario(), row.offers(), row.used(), row.fallbacks(), row.late(), row.dropped(),
                row.refused(), row.wrong(), row.misses() + " (" + (row.misses() - row.unexplained()) + ")",
                String.format(Locale.ROOT, "%.2f", row.bytes()), String.format(Locale.ROOT, "%.2f", row.gain()),
                row.medianNs() == RoundTrips.LOST_NS ? "lost" : Durations.format(row.medianNs()), row.peer());
            print.flush();
            row.lateJobs().forEach(line -> System.err.println(row.scenario() + ": " + line));
            good &= row.unexplained() == 0 && row.wrong() == 0 && row.bytes() == 0 && row.held();
        }
        return good ? ExitStatus.GOOD : ExitStatus.NO;
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
