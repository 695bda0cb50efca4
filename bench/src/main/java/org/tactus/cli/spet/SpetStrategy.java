// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.spet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tactus.bindings.edgetpu.compiled.CompilerLog;
import org.tactus.bindings.edgetpu.compiled.MalformedFileException;
import org.tactus.bindings.edgetpu.cost.EdgeTpuCost;
import org.tactus.format.FileFormatException;
import org.tactus.internal.plan.Plan;
import org.tactus.internal.plan.Planner;
import org.tactus.internal.plan.WithoutLevels;
import org.tactus.internal.plan.spet.IntegerSolver;
import org.tactus.internal.plan.spet.MenuBuilder;
import org.tactus.internal.plan.spet.MenuPruning;
import org.tactus.internal.plan.spet.Objective;
import org.tactus.internal.plan.spet.Realisation;
import org.tactus.internal.plan.spet.SegmentFiles;
import org.tactus.internal.plan.spet.SpetPlan;
import org.tactus.internal.plan.spet.SpetPlanner;
import org.tactus.internal.plan.spet.SpetProblem;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.MenuOption;
import org.tactus.model.ModelSource;
import org.tactus.model.SramMenu;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** {@code spet}: memory and segments of every task on an Edge TPU, and how to have them compiled. Immutable. */
public final class SpetStrategy implements Planner {
    /** Options of one task that the solver sees; menus beyond it are thinned. */
    public static final int MENU = 40;
    /** A log's sizes have two decimals: half of the last one is at most this share. */
    private static final double LOG_ROUNDING = 0.005;

    private final Map<String, SramMenu> menus;
    private final IntegerSolver solver;
    private final Settings settings;
    private final Optional<Compiled> compiled;

    /**
     * How to plan.
     *
     * @param objective     what is best
     * @param cost          what invocations take
     * @param reservedBytes part of the parameter memory that executables need themselves
     * @param mostSegments  limit on the segments of a computed menu
     */
    public record Settings(Objective objective, LinkCost cost, long reservedBytes, int mostSegments) {
    }

    /**
     * What the compiler made.
     *
     * @param logFile  what it printed, beside the files that it wrote
     * @param standIns whether stand-ins and their log are to be written there first, for a software device
     * @param base     directory that the task set's paths are relative to
     */
    public record Compiled(Path logFile, boolean standIns, Path base) {
    }

    /**
     * Takes what a plan needs beside the set.
     *
     * @param menus    by task name
     * @param solver   solves the program
     * @param settings how to plan
     * @param compiled what the compiler made of the plan, to be held against it; empty to plan only
     */
    public SpetStrategy(final Map<String, SramMenu> menus, final IntegerSolver solver, final Settings settings,
        final Optional<Compiled> compiled) {
        this.menus = Map.copyOf(menus);
        this.solver = solver;
        this.settings = settings;
        this.compiled = compiled;
    }

    @Override
    public String name() {
        return "spet";
    }

    @Override
    public Plan plan(final TaskSet set) {
        WithoutLevels.require(set);
        final SpetProblem problem = new SpetProblem(set, set.tasks().stream().map(task -> menu(set, task)).toList(),
            Math.max(0, sramBytes(set) - settings.reservedBytes()));
        final SpetPlan plan = new SpetPlanner(solver, settings.objective(), SpetPlanner.DEFAULT_VISITS).plan(problem);
        final SegmentFiles files = new SegmentFiles(set.tasks().stream().map(task -> menus.get(task.name()).network()).toList(),
            plan.options());
        final List<Plan.Change> changes = new ArrayList<>();
        for (int i = 0; i < set.tasks().size(); i++) {
            changes.add(change(set.tasks().get(i), plan.options().get(i)));
        }
        final List<String> notes = new ArrayList<>();
        notes.add(String.format(Locale.ROOT, "parameter memory: %s of %s taken, %s of the device kept for executables",
            Sizes.format(plan.sramBytes()), Sizes.format(problem.sramBytes()), Sizes.format(settings.reservedBytes())));
        notes.add("objective " + settings.objective().text() + ": " + plan.proof().text());
        if (compiled.isEmpty()) {
            notes.add("compile:");
            files.commands().forEach(line -> notes.add("  " + line));
            return new Plan(plan.set(), plan.verdict(), changes, notes);
        }
        final CompilerLog log = log(problem, plan, files);
        final Realisation realised = realised(log, problem, plan, files, notes);
        return new Plan(withFiles(realised.set(), log, files), realised.verdict(), changes, notes);
    }

    private CompilerLog log(final SpetProblem problem, final SpetPlan plan, final SegmentFiles files) {
        final Path file = compiled.get().logFile();
        try {
            if (compiled.get().standIns()) {
                new StandIns(files, plan.options(), settings.cost(), problem.sramBytes()).write(file);
            }
            return CompilerLog.read(Files.readString(file));
        } catch (final MalformedFileException e) {
            throw new FileFormatException(file.toString(), 1, e.getMessage(), e);
        } catch (final IOException e) {
            throw new FileFormatException(file.toString(), 0, "the file cannot be read or written: " + e.getMessage(), e);
        }
    }

    /** The set with its networks' files, where all of them lie beside the log. */
    private TaskSet withFiles(final TaskSet set, final CompilerLog log, final SegmentFiles files) {
        final Map<String, Path> found = new HashMap<>();
        for (final CompilerLog.Entry entry : log.entries()) {
            found.put(name(entry), compiled.get().logFile().toAbsolutePath().resolveSibling(entry.output()).normalize());
        }
        if (!found.values().stream().allMatch(Files::isRegularFile)) {
            return set;
        }
        final Path base = compiled.get().base().toAbsolutePath().normalize();
        final List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < set.tasks().size(); i++) {
            final int task = i;
            tasks.add(set.tasks().get(i).withModel(new ModelSource.TfLiteFiles(IntStream.range(0, set.tasks().get(i).segments().size())
                .mapToObj(j -> base.relativize(found.get(files.file(task, j))).toString()).toList())));
        }
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
    }

    private static String name(final CompilerLog.Entry entry) {
        return entry.input().substring(entry.input().lastIndexOf('/') + 1);
    }

    /** Parameter memory of the device, bytes; a modelled one has a Coral's. */
    private static long sramBytes(final TaskSet set) {
        final DeviceSpec device = device(set);
        return device.kind() == DeviceKind.EDGETPU ? device.sramBytes() : EdgeTpuCost.SRAM_BYTES;
    }

    private static DeviceSpec device(final TaskSet set) {
        final int first = set.tasks().getFirst().segments().getFirst().device();
        for (int i = 0; i < set.tasks().size(); i++) {
            for (int j = 0; j < set.tasks().get(i).segments().size(); j++) {
                if (set.tasks().get(i).segments().get(j).device() != first) {
                    throw new InvalidTaskSetException("tasks[" + i + "].segments[" + j + "].device",
                        "spet plans tasks of one Edge TPU, '" + set.tasks().get(i).name() + "' uses another device too; plan apart");
                }
            }
        }
        final DeviceSpec device = set.platform().devices().get(first);
        if (device.kind() != DeviceKind.EDGETPU && device.kind() != DeviceKind.MODELLED) {
            throw new InvalidTaskSetException("platform.devices[" + first + "].kind",
                "spet plans for an Edge TPU; write 'kind: edgetpu', or modelled");
        }
        return device;
    }

    private List<MenuOption> menu(final TaskSet set, final Task task) {
        final SramMenu menu = menus.get(task.name());
        if (menu == null) {
            throw new InvalidTaskSetException("tasks[" + set.tasks().indexOf(task) + "]",
                "task '" + task.name() + "' has no menu to choose from; add 'menu: FILE.csv'");
        }
        if (task.choices().isPresent() || task.reclaim().isPresent()) {
            throw new InvalidTaskSetException("tasks[" + set.tasks().indexOf(task) + "]", "task '" + task.name() + "' has variants,"
                + " boundaries or offers, of which the times of its menu know nothing; remove them, or the menu");
        }
        final List<MenuOption> options = switch (menu) {
            case SramMenu.Measured measured -> measured.options();
            case SramMenu.Blocks blocks -> new MenuBuilder(blocks.blocks(), settings.cost()).options(settings.mostSegments());
        };
        final long overheadNs = set.dispatchNs(task.segments().getFirst().device()) + set.charged().completionNs();
        return MenuPruning.prune(options, overheadNs, settings.objective(), MENU);
    }

    private static Plan.Change change(final Task task, final MenuOption option) {
        final StringBuilder segments = new StringBuilder();
        for (final MenuOption.Piece piece : option.segments()) {
            segments.append(segments.isEmpty() ? "" : ", ").append(Durations.format(piece.wcetNs())).append(
                piece.streamedBytes() == 0 ? " resident" : piece.isPartial() ? " partly resident" : " streamed");
        }
        return new Plan.Change(task.name(), option.segments().size() + (option.segments().size() == 1 ? " segment, " : " segments, ")
            + Sizes.format(option.sramBytes()) + " resident", segments.toString());
    }

    private Realisation realised(final CompilerLog log, final SpetProblem problem, final SpetPlan plan, final SegmentFiles files,
        final List<String> notes) {
        final Map<String, Realisation.Bytes> found = new HashMap<>();
        for (final CompilerLog.Entry entry : log.entries()) {
            found.put(name(entry),
                new Realisation.Bytes(entry.cachedBytes(), (long) Math.ceil(entry.streamedBytes() * (1 + LOG_ROUNDING))));
        }
        final Realisation realised;
        try {
            realised = Realisation.of(problem, plan, files, found, settings.cost());
        } catch (final IllegalArgumentException e) {
            throw new InvalidTaskSetException("tasks", e.getMessage());
        }
        notes.add("realised:");
        for (final Realisation.Line line : realised.segments()) {
            notes.add(String.format(Locale.ROOT, "  %s: %s resident, %s streamed; planned %s and %s%s", line.file(),
                Sizes.format(line.realised().residentBytes()), Sizes.format(line.realised().streamedBytes()),
                Sizes.format(line.planned().residentBytes()), Sizes.format(line.planned().streamedBytes()),
                line.realised().wcetNs() > line.planned().wcetNs()
                    ? "; takes " + Durations.format(line.realised().wcetNs() - line.planned().wcetNs()) + " longer" : ""));
        }
        final long reserved = log.reservedBytes(sramBytes(problem.set()));
        notes.add("  executables keep " + Sizes.format(reserved) + " of the device; " + Sizes.format(settings.reservedBytes())
            + " were planned for");
        return realised;
    }
}
