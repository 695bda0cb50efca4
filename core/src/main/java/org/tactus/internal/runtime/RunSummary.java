// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.format.MachineName;
import org.tactus.internal.device.Device;
import org.tactus.internal.kernel.Kernel;
import org.tactus.internal.kernel.TaskReport;
import org.tactus.internal.report.MovesVoid;
import org.tactus.internal.report.ResultAssembly;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.DeviceResult;
import org.tactus.result.PlatformResult;
import org.tactus.result.PrecisionResult;
import org.tactus.result.RunResult;
import org.tactus.result.Stall;
import org.tactus.result.TaskResult;
import org.tactus.result.WithoutStalls;

/** Puts together what a run that has ended tells: each task measured beside its bound, devices, stalls, and the conditions of the run. */
final class RunSummary {
    private final TaskSet set;
    private final RunSettings options;
    private final WorkFactory factory;
    private final List<Device> devices;
    private final Kernel kernel;
    private final AdmissionControl admission;
    private final AdmittedTasks admitted;
    private final RunRecorder recorder;
    private final RunNotes notes;
    private final Surroundings surroundings;

    RunSummary(
        final TaskSet set, final RunSettings options, final WorkFactory factory, final List<Device> devices, final Kernel kernel,
        final AdmissionControl admission, final AdmittedTasks admitted, final RunRecorder recorder, final RunNotes notes,
        final Surroundings surroundings) {
        this.set = set;
        this.options = options;
        this.factory = factory;
        this.devices = devices;
        this.kernel = kernel;
        this.admission = admission;
        this.admitted = admitted;
        this.recorder = recorder;
        this.notes = notes;
        this.surroundings = surroundings;
    }

    /** What happened from time zero until the end, nanoseconds after it, once all threads have ended. */
    RunResult result(final long zeroNs, final long endNs) {
        final List<Task> tasks = new ArrayList<>();
        final List<TaskResult> results = new ArrayList<>();
        final List<PrecisionResult> precisions = new ArrayList<>();
        final List<RunResult.Levels> levels = new ArrayList<>();
        for (final AdmittedTasks.Admitted entry : admitted.all()) {
            final Task task = entry.namedApart();
            final TaskReport report = kernel.report(entry.handle().slot(), entry.handle().generation());
            tasks.add(task);
            results.add(TaskResult.of(task, entry.boundNs(), new TaskResult.Counts(report.released(), report.completed(),
                report.unfinished(), report.aborted(), report.skipped(), report.misses(), report.overruns(), report.minNs(),
                report.maxNs(), report.lost(), report.stopped()), report.responses())
                .withHeld(recorder.bounds(entry.handle().generation())));
            final int sizes = ResultAssembly.levels(task);
            if (sizes > 1) {
                levels.add(report.levels().result(0, task.name(), sizes));
            }
            if (PrecisionResult.concerns(task)) {
                precisions.add(ResultAssembly.precision(task, report.completed(), report.substitutions(), 0));
            }
        }
        final var stalls = recorder.finish(endNs);
        final WithoutStalls undisturbed =
            recorder.withoutStalls(generations(), results);
        final List<TaskResult> withoutBreaks = recorder.withoutBreaks(generations(), results);
        final PlatformResult platform = kernel.platform(zeroNs).with(recorder.beyondCurve(), ofBoundsNs(), withoutBreaks);
        if (!recorder.safepointsWarning().isEmpty()) {
            notes.warn(recorder.safepointsWarning());
        }
        final List<DeviceResult> deviceResults = new ArrayList<>();
        for (int i = 0; i < devices.size(); i++) {
            final DeviceSpec spec = set.platform().devices().get(i);
            final long busyNs = Math.clamp(kernel.busyNs(i), 0, Math.max(0, endNs)); // the kernel ends a little later
            deviceResults.add(new DeviceResult(spec.name(), spec.kind().text(), driver(i), busyNs,
                endNs <= 0 ? 0 : (double) busyNs / endNs, kernel.swapCounts(i).map(ResultAssembly::swapped),
                kernel.isLost(i)));
        }
        final Map<String, Long> noise = new LinkedHashMap<>(recorder.noise());
        noise.put("largestIdleGapNs", kernel.noiseFloorNs());
        noise.putAll(kernel.taken());
        noise.put("stallThresholdNs", options.kernel().stallThresholdNs());
        final RunResult.Conditions conditions =
            new RunResult.Conditions(machineFacts(), notes.granted(), noise, collector(), set.overheads(), notes.warnings());
        final String test = admission.verdict().map(Verdict::test).orElse("");
        return new RunResult("run", set.name(), set.policy().text(), test, options.seed(), endNs, conditions, results,
            undisturbed, stalls, deviceResults, boundsVoid(tasks, undisturbed.tasks(), stalls, zeroNs),
            kernel.droppedEvents(), precisions, platform, levels);
    }

    private List<Integer> generations() {
        return admitted.all().stream().map(entry -> entry.handle().generation()).toList();
    }

    /** How much of each bound is the platform's; empty where it takes nothing, for explanations take an analysis. */
    private Map<String, Long> ofBoundsNs() {
        final Map<String, Long> shares = new LinkedHashMap<>();
        if (!set.overheads().supply().isNone() || set.overheads().stallNs() > 0) {
            admission.verdict().ifPresent(verdict -> verdict.tasks().stream().filter(TaskVerdict::bounded)
                .forEach(task -> shares.put(task.name(), task.platformNs())));
        }
        return shares;
    }

    /**
     * Why bounds do not hold: an overrun that was let go on, or a move past its charge, unless a stall explains it; what was seen around
     * the run.
     */
    private String boundsVoid(final List<Task> tasks, final List<TaskResult> results, final List<Stall> stalls, final long zeroNs) {
        final List<String> reasons = new ArrayList<>();
        reasons.add(ResultAssembly.overrunsVoid(tasks, results));
        final Map<Integer, String> names = new HashMap<>();
        admitted.all().forEach(entry -> names.put(entry.handle().generation(), entry.namedApart().name()));
        for (int i = 0; i < devices.size(); i++) {
            final int device = i;
            final Set<String> others = set.platform().devices().stream().map(DeviceSpec::name).collect(Collectors.toSet());
            final String name = set.platform().devices().get(device).name();
            others.remove(name);
            kernel.swapCounts(i).ifPresent(counts -> reasons.add(MovesVoid.text(name, others, counts.longMoves(), counts.overruns(), names,
                zeroNs, stalls, windowNs -> kernel.awayNs(device, windowNs))));
        }
        reasons.add(surroundings.boundsVoid());
        return reasons.stream().filter(reason -> !reason.isEmpty()).collect(Collectors.joining("; "));
    }

    /** A CPU device computes with whatever its works use. */
    private String driver(final int device) {
        return set.platform().devices().get(device).kind() == DeviceKind.CPU ? factory.driver() : devices.get(device).driver();
    }

    private static Map<String, String> machineFacts() {
        return Map.of("name", MachineName.current(), "kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"),
            "java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    }

    private static String collector() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream().map(GarbageCollectorMXBean::getName)
            .collect(Collectors.joining(", "));
    }
}
