// SPDX-License-Identifier: Apache-2.0
package org.tactus.examples;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.tactus.Tactus;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.TaskSet;
import org.tactus.work.NetworkPort;
import org.tactus.work.NetworkView;

/**
 * Feeds a network job by job and reads what it answers, in place: a frame is written into the network's input when a job begins, and
 * the largest output is read when it ends. Nothing is copied twice, queued or allocated on the way.
 */
public final class FedNetwork {
    /** Room for the port's own time, which a profile does not see. */
    private static final long PORT_NS = 1_000_000;

    private FedNetwork() {
    }

    /** Looks up the tensors once; the two methods are then called for each job by the dispatcher. */
    private static final class Frames implements NetworkPort {
        private final MemorySegment image;
        private final MemorySegment scores;
        private final long pixels;
        private final long classes;
        private final AtomicLong best;

        Frames(final NetworkView network, final AtomicLong best) {
            image = network.inputs().getFirst().memory();
            scores = network.outputs().getFirst().memory();
            pixels = network.inputs().getFirst().elements();
            classes = network.outputs().getFirst().elements();
            this.best = best;
        }

        @Override
        public void begin(final long job) {
            for (long i = 0; i < pixels; i++) { // a camera would copy its newest frame here
                image.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i + job) % 256 / 255f);
            }
        }

        @Override
        public void end(final long job) {
            long largest = 0;
            for (long i = 1; i < classes; i++) {
                if (scores.getAtIndex(ValueLayout.JAVA_FLOAT, i) > scores.getAtIndex(ValueLayout.JAVA_FLOAT, largest)) {
                    largest = i;
                }
            }
            best.set(largest);
        }
    }

    /**
     * Measures the network, then feeds it ten times a second for half a second.
     *
     * @param arguments an ONNX file that takes and gives 32-bit floats
     * @throws InterruptedException when interrupted meanwhile
     */
    public static void main(final String[] arguments) throws InterruptedException {
        final String file = Path.of(arguments[0]).toAbsolutePath().toString();
        final TaskSet open = TaskSet.builder("fed").device(DeviceSpec.cpu("cpu0", 1))
            .task("detect", t -> t.periodNs(100_000_000).model(new ModelSource.OnnxFile(file, 1)).segment("cpu0")).build();
        final TaskSet measured = Tactus.profile(open, Path.of(""), 50).applyTo(open);
        final long wcetNs = measured.tasks().getFirst().segments().getFirst().wcetNs() + PORT_NS;
        final TaskSet set = TaskSet.builder("fed").device(DeviceSpec.cpu("cpu0", 1))
            .task("detect", t -> t.periodNs(100_000_000).model(new ModelSource.OnnxFile(file, 1)).segment("cpu0", wcetNs)).build();
        final AtomicLong best = new AtomicLong(-1);
        try (Tactus tactus = Tactus.launch(new Tactus.Context().taskSet(set).port("detect", network -> new Frames(network, best)))) {
            Thread.sleep(500);
            System.out.print(tactus.stop());
            System.out.println("largest output of the last job: " + best.get());
        }
    }
}
