// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cloud;

import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.tactus.bindings.linux.RealTime;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.internal.remote.RoundTrips;
import org.tactus.internal.text.TextTable;
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
    private static final String[] HEAD = {"scenario", "offers", "used", "fallbacks", "late", "dropped", "refused", "wrong",
        "misses (excused)", "B a job", "gain", "median", "the peer's own task"};
    private static final String[] WIDEST = {"a scenario's name, so long", "10000", "10000", "10000", "10000", "10000", "10000", "10000",
        "10000 (10000)", "100.00", "0.00", "100.000ms"};
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
        UsageCheck.check(spec, !scenarios.isEmpty(), "--only " + only + " names no scenario; write one of "
            + String.join(", ", CloudEdge.scenarios().stream().map(CloudEdge.Scenario::name).toList()));
        final List<Integer> cores = RealTime.onlineCores();
        final CloudEdge bench = new CloudEdge(cores.getFirst(), cores.getLast(), durationNs, seed);
        final PrintStream print = System.out;
        // Rows come one by one. What the peer says is a sentence, below its row.
        final TextTable table = new TextTable(Terminal.width(), Arrays.copyOf(HEAD, WIDEST.length), Collections.singletonList(WIDEST));
        if (report) {
            print.println("| " + String.join(" | ", HEAD) + " |\n" + "|---".repeat(HEAD.length) + "|");
        } else {
            final StringBuilder head = new StringBuilder();
            table.appendHead(head);
            print.print(head);
        }
        boolean good = true;
        for (final CloudEdge.Scenario scenario : scenarios) {
            final CloudEdge.Row row = bench.run(scenario, freePort());
            final String[] cells = {row.scenario(), text(row.offers()), text(row.used()), text(row.fallbacks()), text(row.late()),
                text(row.dropped()), text(row.refused()), text(row.wrong()),
                row.misses() + " (" + (row.misses() - row.unexplained()) + ")", String.format(Locale.ROOT, "%.2f", row.bytes()),
                String.format(Locale.ROOT, "%.2f", row.gain()),
                row.medianNs() == RoundTrips.LOST_NS ? "lost" : Durations.format(row.medianNs()), row.peer()};
            final StringBuilder text = new StringBuilder();
            if (report) {
                text.append("| ").append(String.join(" | ", cells)).append(" |\n");
            } else {
                table.append(text, Arrays.copyOf(cells, WIDEST.length));
                text.append(Lines.wrap("    the peer's own task: " + row.peer())).append('\n');
            }
            print.print(text);
            print.flush();
            row.lateJobs().forEach(line -> System.err.println(row.scenario() + ": " + line));
            good &= row.unexplained() == 0 && row.wrong() == 0 && row.bytes() == 0 && row.held();
        }
        return good ? ExitStatus.GOOD : ExitStatus.NO;
    }

    private static String text(final long count) {
        return Long.toString(count);
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
