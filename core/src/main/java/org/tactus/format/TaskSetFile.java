// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tactus.internal.jvm.JvmFlags;
import org.tactus.internal.text.ShellWord;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.ModelSource;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Precision;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.supply.CoreSupply;

/** Reads a task-set file: it turns YAML into a checked {@link TaskSet}, or reports the first error with its line. */
public final class TaskSetFile {
    private static final String CALIBRATED = "calibrated";
    /** The driver of the GPUs that hold networks in memory that is scheduled; on a real one the runtime keeps weights itself. */
    private static final Map<String, PolicyKind> POLICIES = DeviceReader.words(PolicyKind.values(), PolicyKind::text);

    private final Path path;
    private final Options options;
    private final YamlFile yaml;
    private OverheadsSource source = OverheadsSource.NONE;
    private Optional<MachineCalibration> calibration = Optional.empty();

    private TaskSetFile(final Path path, final Options options) {
        this.path = path;
        this.options = options;
        JvmFlags.requireModules();
        this.yaml = YamlFile.read(path);
    }

    /**
     * How to load.
     *
     * @param unmeasuredAllowed   a network's segment without a WCET stays {@link org.tactus.model.Segment#UNMEASURED}; for profiling
     * @param uncalibratedAllowed {@code overheads: calibrated} without a calibration counts as none; for profiling
     * @param calibrationFile     where calibrations are kept
     * @param machine             which of them to use
     */
    public record Options(boolean unmeasuredAllowed, boolean uncalibratedAllowed, Path calibrationFile, String machine) {
        /**
         * For analyses and runs: everything must be known; the calibration is this machine's.
         *
         * @return the options
         */
        public static Options strict() {
            return new Options(false, false, CalibrationFile.defaultPath(), MachineName.current());
        }

        /**
         * For profiling: WCETs and overheads may be missing.
         *
         * @return the options
         */
        public static Options forProfiling() {
            return new Options(true, true, CalibrationFile.defaultPath(), MachineName.current());
        }
    }

    /**
     * Loads a task set.
     *
     * @param path    the file
     * @param options how
     * @return the set and where it came from
     * @throws FileFormatException at the first thing that is wrong
     */
    public static LoadedTaskSet load(final Path path, final Options options) {
        return new TaskSetFile(path, options).load();
    }

    private LoadedTaskSet load() {
        final YamlValue root = yaml.root();
        root.checkVersion();
        final YamlMap map = root.map(FileSection.TASK_SET);
        final Path base = path.toAbsolutePath().getParent();
        final TaskSetBuilder builder = TaskSet.builder(map.need("name", "'name: braking'").text())
            .policy(map.need("policy", "'policy: fixed-priority' or 'policy: edf'").oneOf(POLICIES))
            .overheads(overheads(map.need("overheads", "'overheads: calibrated' or 'overheads: none'")));
        final Set<String> withMemory = new HashSet<>();
        for (final YamlValue device : map.need("platform", "'platform: {devices: [{name: cpu0, kind: cpu}]}'").map(FileSection.PLATFORM)
            .need("devices", "'devices: [{name: cpu0, kind: cpu}]'").list()) {
            final DeviceSpec read = DeviceReader.read(device, base);
            builder.device(read);
            if (read.holdsNetworks()) {
                withMemory.add(read.name());
            }
            if (read.kind() == DeviceKind.CUDA && source == OverheadsSource.CALIBRATED) {
                calibration.map(MachineCalibration::polledOverheads).ifPresent(builder::overheads);
            }
        }
        final TaskReader tasks = new TaskReader(path, base, options.unmeasuredAllowed, withMemory);
        for (final YamlValue task : map.need("tasks", "the list 'tasks'").list()) {
            tasks.read(task, builder);
        }
        final TaskSet set = build(builder);
        tasks.unmeasured().ifPresent(missing -> {
            throw missing;
        });
        tasks.sidecar().ifPresent(wcets -> refuseStale(set, base, wcets, tasks.measured()));
        final Optional<LoadedTaskSet.Planned> planned = map.find("measured").map(value -> PlannedFormat.read(value, set.name(), base));
        planned.filter(any -> !options.unmeasuredAllowed).ifPresent(plan -> refuseStale(set, base, plan));
        return new LoadedTaskSet(set, path, base, source, calibration, tasks.used(), tasks.menus(), warnings(set, tasks),
            yaml::lineOf, planned);
    }

    private TaskSet build(final TaskSetBuilder builder) {
        try {
            return builder.build();
        } catch (final InvalidTaskSetException e) {
            throw yaml.error(yaml.lineOf(e.field()), e.getMessage(), e);
        }
    }

    private Overheads overheads(final YamlValue value) {
        if (value.isMap()) {
            source = OverheadsSource.DECLARED;
            final YamlMap map = value.map(FileSection.OVERHEADS);
            final long jitterNs = map.durationNs("releaseJitter", 0);
            return new Overheads(jitterNs, map.durationNs("sporadicJitter", jitterNs), map.durationNs("dispatch", 0),
                map.durationNs("dispatchPerTask", 0), map.durationNs("handOff", 0), map.durationNs("completion", 0),
                map.durationNs("preemption", 0), map.durationNs("childCall", 0), map.durationNs("stall", 0),
                map.find("curve").map(curve -> CurveFormat.supply(curve, this::calibratedSupply)).orElse(CoreSupply.NONE));
        }
        final Map<String, OverheadsSource> words = new LinkedHashMap<>();
        words.put("none", OverheadsSource.NONE);
        words.put(CALIBRATED, OverheadsSource.CALIBRATED);
        source = value.oneOf(words);
        if (source == OverheadsSource.NONE) {
            return Overheads.NONE;
        }
        calibration = CalibrationFile.find(options.calibrationFile, options.machine);
        if (calibration.isEmpty() && !options.uncalibratedAllowed) {
            throw value.error("overheads are 'calibrated' but this machine has no calibration in " + options.calibrationFile
                + "; measure it: tactus calibrate");
        }
        if (!options.uncalibratedAllowed) {
            calibration.flatMap(known -> ProfileCheck.stale(known, ProfileCheck.rights())).ifPresent(why -> {
                throw value.error(why);
            });
        }
        return calibration.map(MachineCalibration::overheads).orElse(Overheads.NONE);
    }

    private CoreSupply calibratedSupply(final YamlValue value) {
        calibration = CalibrationFile.find(options.calibrationFile, options.machine);
        final CoreSupply supply = calibration.map(MachineCalibration::supply).orElse(CoreSupply.NONE);
        if (supply.isNone() && !options.uncalibratedAllowed) {
            throw value.error("the curve is 'calibrated' but this machine has none in " + options.calibrationFile
                + "; measure it: tactus calibrate --for 60s");
        }
        return supply;
    }

    /** A bound from times of another network, runtime or machine is a promise about nothing. */
    private void refuseStale(final TaskSet set, final Path base, final WcetSidecar wcets, final Set<String> used) {
        for (int i = 0; i < set.tasks().size(); i++) {
            for (final Task task : networks(set.tasks().get(i)).filter(known -> used.contains(known.name())).toList()) {
                ProfileCheck.stale(wcets, set.name(), options.machine).or(() -> wcets.find(task.name(), task.model().orElseThrow())
                    .flatMap(WcetSidecar.TaskWcet::provenance).flatMap(of -> ProfileCheck.stale(of, set, task, base)))
                    .ifPresent(refuse("tasks[" + i + "]", task.name()));
            }
        }
    }

    /** The same of numbers that a plan wrote into the file. */
    private void refuseStale(final TaskSet set, final Path base, final LoadedTaskSet.Planned planned) {
        for (int i = 0; i < set.tasks().size(); i++) {
            for (final Task task : networks(set.tasks().get(i)).filter(each -> each.model().isPresent()).toList()) {
                final int line = yaml.lineOf("tasks[" + i + "]");
                PlannedFormat.stale(planned, set, task, base, options.machine).ifPresent(why -> {
                    throw yaml.error(line, "the numbers of '" + task.name() + "' in this plan " + why + "; "
                        + PlannedFormat.remedy(planned, path), null);
                });
            }
        }
    }

    private static Stream<Task> networks(final Task task) {
        return Stream.concat(Stream.of(task), task.levelNetworks().stream());
    }

    private Consumer<String> refuse(final String field, final String task) {
        return why -> {
            throw yaml.error(yaml.lineOf(field), "the WCETs of '" + task + "' in " + WcetSidecarFile.beside(path) + " " + why
                + "; measure again: tactus profile " + ShellWord.of(path), null);
        };
    }

    /** Whether a profile would cut a network elsewhere: where all its segments compute on processors in floating point. */
    private static boolean isCutByEstimate(final TaskSet set, final Task task) {
        return task.model().filter(model -> model.cuts() > 1 && model.starts().isEmpty() && !(model instanceof ModelSource.TfLiteFiles))
            .isPresent() && task.choices().isEmpty() && task.segments().stream().allMatch(segment ->
                segment.precision() == Precision.FP32 && set.platform().devices().get(segment.device()).kind() == DeviceKind.CPU);
    }

    private List<String> warnings(final TaskSet set, final TaskReader tasks) {
        final List<String> warnings = new ArrayList<>();
        final List<String> unproven = tasks.sidecar().stream().flatMap(wcets -> wcets.tasks().stream())
            .filter(task -> task.provenance().isEmpty() && tasks.measured().contains(task.name())).map(WcetSidecar.TaskWcet::name).toList();
        if (!unproven.isEmpty()) {
            warnings.add("the WCETs of " + String.join(", ", unproven) + " in " + WcetSidecarFile.beside(path) + " are of an older version,"
                + " which did not write of which files they are, so nobody knows whether they still hold; measure again: tactus profile "
                + ShellWord.of(path));
        }
        final List<String> estimated = set.tasks().stream().filter(task -> isCutByEstimate(set, task)).map(Task::name).toList();
        if (!estimated.isEmpty() && !options.unmeasuredAllowed) {
            warnings.add("the networks of " + String.join(", ", estimated) + " are cut where an estimate of their nodes' costs says, so one"
                + " segment may be much longer than the others; tactus profile cuts by measured times, or write 'starts' below 'model'");
        }
        if (source == OverheadsSource.CALIBRATED) {
            calibration.flatMap(MachineCalibration::lacking).ifPresent(warnings::add);
            if (calibration.isPresent() && calibration.get().preemption().isEmpty()
                && set.platform().devices().stream().anyMatch(DeviceSpec::isPreemptive)) {
                warnings.add("the calibration of " + calibration.get().measuredAt()
                    + " does not hold what a preemption costs, so bounds on a device with 'preemption: full' do not hold it;"
                    + " measure again: tactus calibrate");
            }
            if (calibration.isPresent() && calibration.get().childCall().isEmpty()
                && set.platform().devices().stream().anyMatch(device -> device.process() == DeviceSpec.LibraryProcess.CHILD)) {
                warnings.add("the calibration of " + calibration.get().measuredAt()
                    + " does not hold what a call of a child process costs, so bounds on a device with 'process: child' do not hold it;"
                    + " measure again: tactus calibrate");
            }
        }
        return warnings;
    }
}
