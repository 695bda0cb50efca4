// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.tflite.TfLite;
import org.tactus.internal.file.ContentHash;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.Variant;

/**
 * What a measured WCET holds for, and whether it still does: the very files, the version of what computes, the number of threads, the
 * machine, the rights and the task set. A name proves nothing: a file can be replaced under its own.
 */
final class ProfileCheck {
    /** The rights of a process that may use SCHED_FIFO. */
    static final String REAL_TIME = "real-time";
    private static final String ORDINARY = "ordinary";
    /** What a thread was granted, not what was refused, which goes on with a colon. */
    private static final Pattern WITH_FIFO = Pattern.compile("SCHED_FIFO priority \\d+(;|$)");
    private static final int CAP_SYS_NICE = 23;
    private static final int SHOWN_DIGITS = 19;

    private ProfileCheck() {
    }

    /** The files of a network, those that an ONNX file names beside it included, by path as the task set writes it. */
    static Map<String, String> files(final ModelSource model, final Path directory, final List<String> beside) throws IOException {
        final Map<String, String> files = new LinkedHashMap<>();
        switch (model) {
            case ModelSource.OnnxFile file -> {
                files.put(file.path(), ContentHash.of(directory.resolve(file.path())));
                for (final String other : beside) {
                    final String path = String.valueOf(Path.of(file.path()).resolveSibling(other));
                    files.put(path, ContentHash.of(directory.resolve(path)));
                }
            }
            case ModelSource.TfLiteFiles several -> {
                for (final String path : several.paths()) {
                    files.put(path, ContentHash.of(directory.resolve(path)));
                }
            }
            case ModelSource.Zoo zoo -> { } // made by the program itself, the same from the same name
        }
        return files;
    }

    /** Name and version of what computes a task's network in this process; empty where it is not to be had. */
    static Optional<String> runtime(final TaskSet set, final Task task) {
        if (task.model().orElseThrow() instanceof ModelSource.TfLiteFiles) {
            return TfLite.find().map(TfLite::toString);
        }
        final String kernels = devices(task).map(set.platform().devices()::get)
            .filter(device -> device.computesByKernels(OnnxRuntime::lacksGpu)).findFirst()
            .map(device -> " and kernels of Tactus" + (device.compute() == DeviceSpec.Compute.KERNELS_FP16 ? " in fp16" : "")).orElse("");
        return OnnxRuntime.find().map(found -> "ONNX Runtime " + found.version() + kernels);
    }

    /** The devices that a task's segments run on, or could run on. */
    private static Stream<Integer> devices(final Task task) {
        return Stream.concat(task.segments().stream().map(Segment::device),
            task.choices().stream().flatMap(choices -> choices.variants().stream()).flatMap(List::stream).map(Variant::device));
    }

    /** How many threads compute a task's network: the cores of the first CPU device that it uses or could use. */
    static int threads(final TaskSet set, final Task task) {
        return Math.max(1, devices(task).map(set.platform().devices()::get)
            .filter(device -> device.kind() == DeviceKind.CPU).findFirst().map(DeviceSpec::cores).orElse(List.of()).size());
    }

    /** What this process may ask of the system. */
    static String rights() {
        try {
            for (final String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("CapEff:")
                    && (Long.parseUnsignedLong(line.substring(7).strip(), 16) >>> CAP_SYS_NICE & 1) == 1) {
                    return REAL_TIME;
                }
            }
            for (final String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
                if (line.startsWith("Max realtime priority")) {
                    return line.substring(26).strip().startsWith("0 ") ? ORDINARY : REAL_TIME;
                }
            }
        } catch (final IOException | RuntimeException e) {
            return ORDINARY; // not Linux, or a /proc that says nothing
        }
        return ORDINARY;
    }

    /** Why measurements as a whole are not this set's, or not this machine's; empty when they are. */
    static Optional<String> stale(final WcetSidecar sidecar, final String set, final String machine) {
        if (!sidecar.taskSet().equals(set)) {
            return Optional.of("were measured for the task set '" + sidecar.taskSet() + "', not for '" + set + "'");
        }
        if (!sidecar.machine().equals(machine)) {
            return Optional.of("were measured on another machine, " + sidecar.machine() + ", not on " + machine);
        }
        return sidecar.rights().equals(REAL_TIME) && !rights().equals(REAL_TIME)
            ? Optional.of("were measured with the right to SCHED_FIFO, which this process lacks") : Optional.empty();
    }

    /** Why a calibration does not hold for a process with these rights; empty when it does. */
    static Optional<String> stale(final MachineCalibration calibration, final String rights) {
        return !rights.equals(REAL_TIME) && calibration.conditions().values().stream().anyMatch(WITH_FIFO.asPredicate())
            ? Optional.of("the calibration of " + calibration.measuredAt()
            + " was measured with SCHED_FIFO, which this process may not use, so"
            + " overheads are larger; give it the rights, or measure again: tactus calibrate") : Optional.empty();
    }

    /** Why one task's measurements do not hold for it as it is now; empty when they do, or when they do not say what they hold for. */
    static Optional<String> stale(final WcetSidecar.Provenance measured, final TaskSet set, final Task task, final Path directory) {
        for (final Map.Entry<String, String> file : measured.files().entrySet()) {
            final String now = hash(directory, file.getKey());
            if (!now.equals(file.getValue())) {
                return Optional.of("were measured with another " + file.getKey() + " (" + start(file.getValue()) + " then, "
                    + start(now) + " now)");
            }
        }
        if (!task.model().orElseThrow().starts().equals(measured.starts())) {
            return Optional.of("were measured with cuts " + places(measured.starts()) + ", but the task set has them "
                + places(task.model().orElseThrow().starts()));
        }
        final int threads = threads(set, task);
        if (threads != measured.threads()) {
            return Optional.of("were measured with " + count(measured.threads()) + ", but it has " + count(threads) + " now");
        }
        return runtime(set, task).filter(now -> !measured.runtime().isEmpty() && !now.equals(measured.runtime()))
            .map(now -> "were measured with " + measured.runtime() + ", but it is " + now + " now");
    }

    private static String places(final List<Integer> starts) {
        return starts.isEmpty() ? "where the estimate says" : "before nodes " + starts;
    }

    private static String hash(final Path directory, final String file) {
        try {
            return ContentHash.of(directory.resolve(file));
        } catch (final IOException | InvalidPathException e) {
            return "no file that can be read";
        }
    }

    private static String start(final String hash) {
        return hash.startsWith("sha256:") && hash.length() > SHOWN_DIGITS ? hash.substring(0, SHOWN_DIGITS) : hash;
    }

    private static String count(final int threads) {
        return threads == 1 ? "1 thread" : threads + " threads";
    }
}
