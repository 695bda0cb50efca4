// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.tactus.analysis.TaskVerdict;
import org.tactus.bench.spet.Braking;
import org.tactus.bench.spet.Car;
import org.tactus.bench.spet.StockSystem;
import org.tactus.bindings.edgetpu.cost.EdgeTpuCost;
import org.tactus.bindings.edgetpu.cost.HostLink;
import org.tactus.cli.spet.CpSatSolver;
import org.tactus.cli.spet.LinkCost;
import org.tactus.cli.spet.SpetStrategy;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Home;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.plan.Plan;
import org.tactus.internal.plan.spet.MenuBuilder;
import org.tactus.internal.plan.spet.Objective;
import org.tactus.internal.text.TextTable;
import org.tactus.internal.time.Durations;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.SramMenu;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus experiment braking}: how far a model car drives from perception to reaction, under the stock system and under SPET. */
@Command(name = "braking", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Drives a model car at a pedestrian many times; it brakes when the first task's answer says so. Exit status 1 when a "
        + "deadline was missed or a bound exceeded under SPET.")
public final class BrakingCommand implements Callable<Integer> {
    private static final String[] HEAD = {
        "system, link", "line: mean", "min", "max", "frame: mean", "min", "max", "standstill", "late"};
    private static final int FROM_FRAME = 4;
    private static final int MOST_RUNS = 100_000;
    private static final int MOST_SEGMENTS = 8;
    private static final int CHART_POINTS = 21;

    @Parameters(paramLabel = "FILE", arity = "0..1",
        description = "Task set whose tasks have menus of blocks (default: the case study); the first one is the detection.")
    private Path file = Home.file("bench/case-studies/spet.yaml");
    @Option(names = "--runs", defaultValue = "500", description = "Approaches for each system and link (default: ${DEFAULT-VALUE}).")
    private int runs;
    @Option(names = "--seed", defaultValue = "1", description = "Of phases, execution times and instants (default: ${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--speed", defaultValue = "1", description = "Of the car, metres a second (default: ${DEFAULT-VALUE}).")
    private double speed;
    @Option(names = "--deceleration", defaultValue = "3", description = "Of its brakes, m/s^2 (default: ${DEFAULT-VALUE}).")
    private double deceleration;
    @Option(names = "--link", defaultValue = "usb3,usb2", split = ",", description = "Links to compare (default: ${DEFAULT-VALUE}).")
    private List<String> links;
    @Option(names = "--out", defaultValue = "experiment", paramLabel = "DIR",
        description = "Folder for braking.csv, .svg and .png (default: ${DEFAULT-VALUE}).")
    private Path out;
    @Spec
    private CommandSpec spec;

    /** One system over one link. */
    private record Row(String system, HostLink link, TaskSet set, List<OptionalLong> boundsNs, Braking.Result result) {
        String name() {
            return system + ", " + link.name();
        }

        DoubleSummaryStatistics centimetres(final boolean line) {
            return result.approaches().stream().mapToDouble(a -> 100 * (line ? a.lineMetres() : a.frameMetres())).summaryStatistics();
        }
    }

    @Override
    public Integer call() throws IOException {
        UsageCheck.check(spec, runs >= 1 && runs <= MOST_RUNS, "--runs " + runs + " is out of range; give 1 to " + MOST_RUNS);
        UsageCheck.check(spec, speed > 0 && speed <= 100, "--speed " + speed + " is out of range; give above 0, at most 100");
        UsageCheck.check(spec, deceleration > 0, "--deceleration " + deceleration + " is out of range; give above 0");
        System.setProperty("java.awt.headless", "true");
        final LoadedTaskSet loaded = TaskSetFile.load(file, TaskSetFile.Options.strict());
        final Car car = new Car(speed, deceleration, 1);
        ChartWriter.requireWritable(out, "braking");
        final List<Row> rows = new ArrayList<>();
        for (final String name : links) {
            final HostLink link = HostLink.of(name.strip())
                .orElseThrow(() -> wrong("--link " + name + " is unknown; use usb3, usb2 or pcie"));
            try {
                rows.addAll(rows(loaded, car, link));
            } catch (final InvalidTaskSetException e) {
                throw loaded.error(e.field(), e.getMessage());
            }
        }
        final PrintWriter print = spec.commandLine().getOut();
        print.print(Lines.wrap(table(loaded.taskSet(), rows, car)));
        print.flush();
        WholeFile.write(out.resolve("braking.csv"), csv(rows));
        chart(rows);
        print.println(Lines.wrap("\nWrote " + out.resolve("braking.csv") + ", .svg and .png"));
        print.flush();
        return rows.stream().anyMatch(BrakingCommand::broken) ? ExitStatus.NO : ExitStatus.GOOD;
    }

    private List<Row> rows(final LoadedTaskSet loaded, final Car car, final HostLink link) {
        final TaskSet set = loaded.taskSet();
        for (int i = 0; i < set.tasks().size(); i++) {
            if (set.tasks().get(i).segments().stream().anyMatch(segment -> segment.actual().highShare() > 1)) {
                throw new InvalidTaskSetException("tasks[" + i + "].segments",
                    "a segment of '" + set.tasks().get(i).name() + "' takes more than its WCET; give a share 'actual' of at most 1");
            }
        }
        final LinkCost cost = new LinkCost(link);
        final StockSystem stock = new StockSystem(set, set.tasks().stream().map(task -> builder(loaded, task, cost)).toList(), cost,
            EdgeTpuCost.SRAM_BYTES - EdgeTpuCost.RESERVED_BYTES);
        final Plan plan = new SpetStrategy(loaded.menus(), new CpSatSolver(),
            new SpetStrategy.Settings(Objective.SLACK, cost, EdgeTpuCost.RESERVED_BYTES, MOST_SEGMENTS), Optional.empty())
            .plan(set);
        final List<OptionalLong> none = set.tasks().stream().map(task -> OptionalLong.empty()).toList();
        final List<OptionalLong> bounds = plan.verdict().tasks().stream().map(TaskVerdict::bound).toList();
        return List.of(
            row("stock, compiled apart", link, StockSystem.firstInFirstOut(stock.apart()), none, set, car),
            row("stock, co-compiled in order", link, StockSystem.firstInFirstOut(stock.together()), none, set, car),
            row("stock, largest co-compiled first", link, StockSystem.firstInFirstOut(stock.largestFirst()), none, set, car),
            row("SPET", link, plan.set(), bounds, set, car));
    }

    private Row row(final String system, final HostLink link, final TaskSet scheduled, final List<OptionalLong> bounds,
        final TaskSet given, final Car car) {
        final List<Long> deadlines = given.tasks().stream().map(Task::deadlineNs).toList();
        return new Row(system, link, scheduled, bounds, new Braking(car, 0).drive(scheduled, deadlines, runs, seed));
    }

    private static MenuBuilder builder(final LoadedTaskSet loaded, final Task task, final LinkCost cost) {
        if (loaded.menus().get(task.name()) instanceof SramMenu.Blocks blocks) {
            return new MenuBuilder(blocks.blocks(), cost);
        }
        throw new InvalidTaskSetException("tasks[" + loaded.taskSet().tasks().indexOf(task) + "]", "task '" + task.name()
            + "' has no menu of blocks, so what the stock compiler makes of it is not known; add 'menu: FILE.csv' with blocks");
    }

    /** Whether a plan that was accepted did not keep its word. */
    private static boolean broken(final Row row) {
        boolean broken = false;
        for (int i = 0; i < row.boundsNs().size(); i++) {
            broken |= row.boundsNs().get(i).isPresent()
                && (row.result().misses() > 0 || row.result().largestNs(i) > row.boundsNs().get(i).getAsLong());
        }
        return broken;
    }

    private static String[] cells(final Row row, final Car car) {
        final DoubleSummaryStatistics line = row.centimetres(true);
        final DoubleSummaryStatistics frame = row.centimetres(false);
        return Stream.concat(Stream.concat(Stream.of(row.name()), DoubleStream.of(line.getAverage(), line.getMin(), line.getMax(),
            frame.getAverage(), frame.getMin(), frame.getMax(), 100 * (car.brakeAt() - car.stoppingMetres()) - line.getAverage())
            .mapToObj(cm -> String.format(Locale.ROOT, "%.1f", cm))), Stream.of(String.valueOf(row.result().misses())))
            .toArray(String[]::new);
    }

    private String table(final TaskSet set, final List<Row> rows, final Car car) {
        final StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "A car at %.2f m/s brakes when '%s' sees the pedestrian "
            + "within %.0f m: %d approaches for each row (seed %d)%n%n", car.speed(), set.tasks().getFirst().name(), car.brakeAt(), runs,
            seed));
        text.append("cm from the line until it brakes, from the frame until it brakes, and at standstill before the pedestrian;"
            + " frames that were late or dropped\n\n");
        final List<String[]> all = rows.stream().map(row -> cells(row, car)).toList();
        final TextTable table = new TextTable(Terminal.width(), HEAD, all, FROM_FRAME);
        table.appendHead(text);
        all.forEach(cells -> table.append(text, cells));
        text.append('\n');
        for (final Row row : rows) {
            final Row spet = rows.stream().filter(r -> r.link() == row.link() && r.system().equals("SPET")).findFirst().orElseThrow();
            if (spet != row) {
                text.append(String.format(Locale.ROOT, "%s: SPET is %.0f %% shorter from frame to brake, %.0f %% from line to brake%n",
                    row.name(), shorter(spet, row, false), shorter(spet, row, true)));
            }
        }
        text.append('\n');
        for (final Row row : rows) {
            text.append(row.name()).append(':');
            for (int i = 0; i < set.tasks().size(); i++) {
                text.append(i == 0 ? " " : ", ").append(set.tasks().get(i).name()).append(' ')
                    .append(Durations.format(row.result().largestNs(i)));
                if (row.boundsNs().get(i).isPresent()) {
                    text.append(" of bound ").append(Durations.format(row.boundsNs().get(i).getAsLong()));
                }
            }
            text.append(" (largest responses)\n");
        }
        return text.toString();
    }

    private static double shorter(final Row spet, final Row stock, final boolean line) {
        return 100 * (1 - spet.centimetres(line).getAverage() / stock.centimetres(line).getAverage());
    }

    private static String csv(final List<Row> rows) {
        final StringBuilder text = new StringBuilder("system,link,run,line_to_brake_cm,frame_to_brake_cm,late_or_dropped\n");
        for (final Row row : rows) {
            for (int i = 0; i < row.result().approaches().size(); i++) {
                final Braking.Approach approach = row.result().approaches().get(i);
                text.append(String.format(Locale.ROOT, "\"%s\",%s,%d,%.3f,%.3f,%d%n", row.system(), row.link().name(), i,
                    100 * approach.lineMetres(), 100 * approach.frameMetres(), approach.misses()));
            }
        }
        return text.toString();
    }

    /** Share of approaches that needed at most a distance; a marker every few percent tells the lines apart. */
    private void chart(final List<Row> rows) throws IOException {
        final List<ChartWriter.Line> lines = new ArrayList<>();
        for (final Row row : rows) {
            final double[] all = row.result().approaches().stream().mapToDouble(a -> 100 * a.lineMetres()).sorted().toArray();
            final double[] share = new double[CHART_POINTS];
            final double[] distance = new double[CHART_POINTS];
            for (int p = 0; p < CHART_POINTS; p++) {
                final int at = p * (all.length - 1) / (CHART_POINTS - 1);
                distance[p] = all[at];
                share[p] = 100.0 * (at + 1) / all.length;
            }
            lines.add(new ChartWriter.Line(row.name(), distance, share, false));
        }
        ChartWriter.write(new ChartWriter.Chart("braking", "From where the pedestrian is near to where the car brakes, " + runs
            + " approaches a line", "Distance, cm", "Approaches within it, %", lines), out);
    }

    private ParameterException wrong(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
