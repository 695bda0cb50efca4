// SPDX-License-Identifier: Apache-2.0
package org.tactus.examples;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.tactus.Tactus;
import org.tactus.analysis.Verdict;
import org.tactus.format.WcetSidecar;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.TaskSet;
import org.tactus.work.Workload;

/**
 * Asks at which rate two ONNX networks can run on two cores: measures their WCETs, shortens the periods until the analysis says no, and
 * runs the fastest set that it accepts.
 */
public final class TwoNetworks {
    private static final double STEP = 0.8;

    private TwoNetworks() {
    }

    private static TaskSet set(final List<Path> files, final long periodNs, final WcetSidecar wcets) {
        final TaskSet set = TaskSet.builder("two").device(DeviceSpec.cpu("cpu0", 0)).device(DeviceSpec.cpu("cpu1", 1))
            .task("first", t -> t.periodNs(periodNs)
                .model(new ModelSource.OnnxFile(files.get(0).toString(), 2)).segment("cpu0").segment("cpu1"))
            .task("second", t -> t.periodNs(2 * periodNs)
                .model(new ModelSource.OnnxFile(files.get(1).toString(), 2)).segment("cpu1").segment("cpu0"))
            .build();
        return wcets == null ? set : wcets.applyTo(set);
    }

    /**
     * Measures, searches and runs for half a second.
     *
     * @param arguments two ONNX files
     * @throws InterruptedException when interrupted meanwhile
     */
    public static void main(final String[] arguments) throws InterruptedException {
        final List<Path> files = List.of(Path.of(arguments[0]).toAbsolutePath(), Path.of(arguments[1]).toAbsolutePath());
        final WcetSidecar wcets = Tactus.profile(set(files, 1_000_000_000, null), Path.of(""), 50);
        long periodNs = 1_000_000_000;
        TaskSet fastest = null;
        for (TaskSet next = set(files, periodNs, wcets); Tactus.analyze(next).schedulable(); next = set(files, periodNs, wcets)) {
            fastest = next;
            periodNs = Math.round(periodNs * STEP);
        }
        if (fastest == null) {
            System.out.println(Tactus.analyze(set(files, periodNs, wcets)).reason());
            return;
        }
        final Verdict verdict = Tactus.analyze(fastest);
        verdict.tasks().forEach(task -> System.out.printf(
            Locale.ROOT, "%s: bound %.3f ms%n", task.name(), task.responseBoundNs() / 1e6));
        System.out.printf(Locale.ROOT, "first runs %.1f times a second, second half as often%n",
            1e9 / fastest.tasks().getFirst().periodNs());
        try (Tactus tactus = Tactus.launch(new Tactus.Context().taskSet(fastest).workload(new Workload()))) {
            Thread.sleep(500);
            System.out.print(tactus.stop());
        }
    }
}
