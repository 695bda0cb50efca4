// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tactus.bindings.UserHome;
import org.tactus.internal.jvm.JvmFlags;
import org.tactus.model.Overheads;

/** Reads and writes the calibrations of machines: one file, one entry a machine. */
public final class CalibrationFile {
    /** Environment variable that names another file. */
    public static final String VARIABLE = "TACTUS_CALIBRATION";

    private CalibrationFile() {
    }

    /**
     * Tells where calibrations are kept: in the file that {@value #VARIABLE} names, else in {@code .config/tactus} below {@code HOME}.
     * Without {@code HOME} it is the user's own directory, which the JVM calls "?" where no passwd knows the user, else {@code /}.
     *
     * @return the file, which need not exist
     */
    public static Path defaultPath() {
        final String named = System.getenv(VARIABLE);
        if (named != null && !named.isBlank()) {
            return Path.of(named);
        }
        return Path.of(UserHome.path(), ".config", "tactus", "calibration.yaml");
    }

    /**
     * What {@code tactus calibrate} has stored of the machine that this process runs on. A program charges it by
     * {@code builder.overheads(CalibrationFile.ofThisMachine().map(MachineCalibration::overheads).orElse(Overheads.NONE))}.
     *
     * @return its calibration; empty when it was never calibrated
     * @throws FileFormatException when the file is wrong, with its line
     */
    public static Optional<MachineCalibration> ofThisMachine() {
        return find(defaultPath(), MachineName.current());
    }

    /**
     * Finds a machine's calibration.
     *
     * @param file    the file; one that does not exist holds none
     * @param machine the machine's name
     * @return its calibration
     * @throws FileFormatException when the file is wrong, with its line
     */
    public static Optional<MachineCalibration> find(final Path file, final String machine) {
        return read(file).stream().filter(known -> known.machine().equals(machine)).findFirst();
    }

    /**
     * Reads all calibrations.
     *
     * @param file the file; one that does not exist holds none
     * @return in the file's order
     * @throws FileFormatException when the file is wrong, with its line
     */
    public static List<MachineCalibration> read(final Path file) {
        if (Files.notExists(file)) {
            return List.of();
        }
        JvmFlags.requireModules();
        final YamlValue root = YamlFile.read(file).root();
        root.checkVersion();
        final List<MachineCalibration> machines = new ArrayList<>();
        for (final YamlValue value : root.map(FileSection.CALIBRATION).need("machines", "the list 'machines'").list()) {
            final YamlMap map = value.map(FileSection.CALIBRATED_MACHINE);
            machines.add(new MachineCalibration(map.need("machine", "the machine's name").text(),
                map.need("measuredAt", "the date").text(), map.durationNs("duration", 0),
                map.find("stalls").map(count -> count.integer(0, Long.MAX_VALUE)).orElse(0L), map.durationNs("longestStall", 0),
                map.find("conditions").map(YamlValue::texts).orElse(Map.of()), Quantiles.read(map, "releaseJitter"),
                Quantiles.read(map, "dispatch"), Quantiles.read(map, "handOff"), Quantiles.read(map, "completion"),
                Quantiles.find(map, "sporadicJitter"), Quantiles.find(map, "dispatchPerTask"), gpus(map), curves(map),
                map.find("stallFree").map(CalibrationFile::stallFree), Quantiles.find(map, "preemption"),
                Quantiles.find(map, "childCall")));
        }
        return machines;
    }

    private static List<GpuCalibration> gpus(final YamlMap map) {
        return map.find("gpus").map(gpus -> gpus.list().stream().map(GpuCalibration::read).toList()).orElse(List.of());
    }

    private static List<CurveCalibration> curves(final YamlMap map) {
        return map.find("curves").map(all -> all.list().stream().map(CurveCalibration::read).toList()).orElse(List.of());
    }

    private static Overheads stallFree(final YamlValue value) {
        final YamlMap map = value.map(FileSection.STALL_FREE);
        final long jitterNs = map.durationNs("releaseJitter", 0);
        return new Overheads(jitterNs, map.durationNs("sporadicJitter", jitterNs), map.durationNs("dispatch", 0),
            map.durationNs("dispatchPerTask", 0), map.durationNs("handOff", 0), map.durationNs("completion", 0), 0)
            .withPreemptionNs(map.durationNs("preemption", 0)).withChildCallNs(map.durationNs("childCall", 0));
    }

    /**
     * Says why a calibration could not be stored, before hours are spent on measuring it.
     *
     * @param file the file; its folder is made when there is none
     * @throws IOException with the file's name and the reason
     */
    public static void requireWritable(final Path file) throws IOException {
        YamlOutput.requireWritable(file);
    }

    /**
     * Stores a machine's calibration in place of its older one; the others stay.
     *
     * @param file        the file; made with its directory when missing
     * @param calibration what was measured
     * @throws IOException         when it cannot be written
     * @throws FileFormatException when the existing file is wrong: it is never overwritten
     */
    public static void store(final Path file, final MachineCalibration calibration) throws IOException {
        final List<Object> machines = new ArrayList<>();
        for (final MachineCalibration known : read(file)) {
            if (!known.machine().equals(calibration.machine())) {
                machines.add(entries(known));
            }
        }
        machines.add(entries(calibration));
        final Map<String, Object> root = new LinkedHashMap<>();
        root.put("tactus", 1);
        root.put("machines", machines);
        YamlOutput.write(file, "Measured by 'tactus calibrate'; analyses charge the maxima.", root);
    }

    private static Map<String, Object> entries(final MachineCalibration calibration) {
        final Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("machine", calibration.machine());
        entries.put("measuredAt", calibration.measuredAt());
        entries.put("duration", calibration.durationNs() + "ns");
        entries.put("stalls", calibration.stalls());
        entries.put("longestStall", calibration.longestStallNs() + "ns");
        if (!calibration.conditions().isEmpty()) {
            entries.put("conditions", new TreeMap<>(calibration.conditions()));
        }
        entries.put("releaseJitter", calibration.releaseJitter().entries());
        calibration.sporadicJitter().ifPresent(measured -> entries.put("sporadicJitter", measured.entries()));
        entries.put("dispatch", calibration.dispatch().entries());
        calibration.dispatchPerTask().ifPresent(measured -> entries.put("dispatchPerTask", measured.entries()));
        entries.put("handOff", calibration.handOff().entries());
        entries.put("completion", calibration.completion().entries());
        calibration.preemption().ifPresent(measured -> entries.put("preemption", measured.entries()));
        calibration.childCall().ifPresent(measured -> entries.put("childCall", measured.entries()));
        if (!calibration.gpus().isEmpty()) {
            entries.put("gpus", calibration.gpus().stream().map(GpuCalibration::entries).toList());
        }
        calibration.stallFree().ifPresent(free -> {
            final Map<String, Object> costs = new LinkedHashMap<>();
            costs.put("releaseJitter", free.releaseJitterNs() + "ns");
            costs.put("sporadicJitter", free.sporadicJitterNs() + "ns");
            costs.put("dispatch", free.dispatchNs() + "ns");
            costs.put("dispatchPerTask", free.dispatchPerTaskNs() + "ns");
            costs.put("handOff", free.handOffNs() + "ns");
            costs.put("completion", free.completionNs() + "ns");
            if (free.preemptionNs() > 0) {
                costs.put("preemption", free.preemptionNs() + "ns");
            }
            if (free.childCallNs() > 0) {
                costs.put("childCall", free.childCallNs() + "ns");
            }
            entries.put("stallFree", costs);
        });
        if (!calibration.curves().isEmpty()) {
            entries.put("curves", calibration.curves().stream().map(CurveCalibration::entries).toList());
        }
        return entries;
    }
}
