// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.cuda.CudaDevice;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.measure.GpuSegmentTimer;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.TaskSet;

/**
 * Runs networks as a dispatcher does, on the device's stream and in its memory, and compares their answers with those that the processor
 * computes: bit by bit where the host computes for a software GPU, else within what the order of summing changes.
 */
final class NetworkCheck implements GpuCheck {
    private static final List<String> NETWORKS = List.of("resnet", "mobilenet");
    private static final int SEGMENTS = 3;
    private static final int RUNS = 20;
    /** Of a relative error over all outputs, in single precision. */
    private static final double MOST_ERROR = 1e-3;

    private final boolean software;

    NetworkCheck(final boolean software) {
        this.software = software;
    }

    @Override
    public String name() {
        return "networks";
    }

    @Override
    public Section run(final GpuRig rig, final Scale scale) {
        final Section.Builder section = new Section.Builder(name(), "network", "segment", "p50Ns", "maxNs", "error");
        final Optional<String> absence = OnnxRuntime.absence();
        if (absence.isPresent()) {
            return section.measured("not checked: " + absence.get());
        }
        final DeviceSpec spec = new DeviceSpec("gpu", DeviceKind.CUDA, List.of(), "", 0, Optional.empty(), 0);
        try (CudaDevice device = new CudaDevice(rig.gpu(), spec, null, software ? () -> { } : null)) {
            for (final String network : NETWORKS) {
                compare(device, spec, network, section);
            }
        } catch (final InvalidModelException e) {
            if (!software) {
                return section.measured("not checked: " + e.getMessage());
            }
            throw new IllegalStateException(e.getMessage(), e);
        }
        return section.checked(software ? "computed by the host, answers equal the processor's bit by bit"
            : "computed on our stream and in our memory, answers equal the processor's within " + MOST_ERROR);
    }

    private void compare(final CudaDevice device, final DeviceSpec spec, final String network, final Section.Builder section) {
        final TaskSet set = TaskSet.builder("networks").device(spec).task(network, task -> {
            task.periodNs(1_000_000_000).model(new ModelSource.Zoo(network, "small", SEGMENTS));
            for (int i = 0; i < SEGMENTS; i++) {
                task.segment(spec.name(), 1);
            }
        }).build();
        final NetworkWorks networks = new NetworkWorks();
        final List<SegmentWork> works = networks.prepare(set, List.of(device), set.tasks().getFirst(), 1);
        final long[][] samples = new long[SEGMENTS][RUNS];
        try {
            for (int run = 0; run < RUNS; run++) {
                for (int i = 0; i < SEGMENTS; i++) {
                    samples[i][run] = GpuSegmentTimer.elapsedNs(device, works.get(i));
                }
            }
        } finally {
            works.forEach(SegmentWork::close);
        }
        final byte[] answer = networks.answers().get(network).get("output");
        final byte[] expected = networks.offline(set, set.tasks().getFirst(), 1).get("output");
        final double error = error(answer, expected);
        section.expect(software ? Arrays.equals(answer, expected) : error <= MOST_ERROR,
            network + " answers other values than on the processor, relative error " + error);
        for (int i = 0; i < SEGMENTS; i++) {
            Arrays.sort(samples[i]);
            section.row(network, i, samples[i][RUNS / 2], samples[i][RUNS - 1], error);
        }
    }

    private static double error(final byte[] answer, final byte[] expected) {
        final ValueLayout.OfFloat layout = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
        double difference = 0;
        double size = 0;
        for (long at = 0; at + Float.BYTES <= expected.length; at += Float.BYTES) {
            final double should = MemorySegment.ofArray(expected).get(layout, at);
            final double is = MemorySegment.ofArray(answer).get(layout, at);
            difference += (is - should) * (is - should);
            size += should * should;
        }
        return Math.sqrt(difference / size);
    }
}
