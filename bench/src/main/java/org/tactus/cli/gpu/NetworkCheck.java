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
 * computes: bit by bit where the host computes for a software GPU, else within what the order of summing changes, or half precision. On a
 * real GPU kernels of our own compute them, in single and in half precision, and after them ONNX Runtime where it can.
 */
final class NetworkCheck implements GpuCheck {
    private static final List<String> NETWORKS = List.of("resnet", "mobilenet");
    private static final int SEGMENTS = 3;
    private static final int RUNS = 20;
    private static final long SEED = 1;
    /** Of a relative error over all outputs, in single precision. */
    private static final double MOST_ERROR = 1e-3;
    /** The same where factors are rounded to half precision, by at most 2^-11 each. */
    private static final double MOST_HALF_ERROR = 5e-3;

    private final boolean software;
    private final List<String> names;
    private final int runs;

    NetworkCheck(final boolean software) {
        this(software, NETWORKS, RUNS);
    }

    NetworkCheck(final boolean software, final List<String> names, final int runs) {
        this.software = software;
        this.names = names;
        this.runs = runs;
    }

    @Override
    public String name() {
        return "networks";
    }

    @Override
    public Section run(final GpuRig rig, final Scale scale) {
        final Section.Builder section = new Section.Builder(name(), "network", "by", "segment", "p50Ns", "maxNs", "error");
        final Optional<String> absence = OnnxRuntime.absence();
        if (absence.isPresent()) {
            return section.measured("not checked: " + absence.get()); // it loads and cuts networks, whatever computes them
        }
        if (software) {
            compare(rig, DeviceSpec.Compute.ANY, "the host", MOST_ERROR, section);
            return section.checked("computed by the host, answers equal the processor's bit by bit");
        }
        compare(rig, DeviceSpec.Compute.KERNELS, "kernels", MOST_ERROR, section);
        String checked = "kernels of ours";
        String lacking = "";
        try {
            compare(rig, DeviceSpec.Compute.KERNELS_FP16, "kernels in fp16", MOST_HALF_ERROR, section);
            checked += ", in fp16, too (within " + MOST_HALF_ERROR + "),";
        } catch (final InvalidModelException e) {
            lacking += "; fp16 not checked: " + e.getMessage();
        }
        try {
            compare(rig, DeviceSpec.Compute.ONNX_RUNTIME, "ONNX Runtime", MOST_ERROR, section);
            checked += " and ONNX Runtime";
        } catch (final InvalidModelException e) {
            lacking += "; ONNX Runtime not checked: " + e.getMessage();
        }
        return section.checked(checked + " computed on our stream and in our memory, answers equal the processor's within " + MOST_ERROR
            + lacking);
    }

    private static TaskSet set(final DeviceSpec device, final String network) {
        return TaskSet.builder("networks").device(device).task(network, task -> {
            task.periodNs(1_000_000_000).model(new ModelSource.Zoo(network, "small", SEGMENTS));
            for (int i = 0; i < SEGMENTS; i++) {
                task.segment(device.name(), 1);
            }
        }).build();
    }

    private void compare(
        final GpuRig rig, final DeviceSpec.Compute compute, final String by, final double most, final Section.Builder section) {
        final DeviceSpec spec = new DeviceSpec("gpu", DeviceKind.CUDA, List.of(), "", 0, Optional.empty(), 0).withCompute(compute);
        try (CudaDevice device = new CudaDevice(rig.gpu(), spec, null, software ? () -> { } : null)) {
            for (final String network : names) {
                compare(device, set(spec, network), by, most, section);
            }
        }
    }

    private void compare(
        final CudaDevice device, final TaskSet set, final String by, final double most, final Section.Builder section) {
        final String network = set.tasks().getFirst().name();
        final NetworkWorks networks = new NetworkWorks();
        final List<SegmentWork> works = networks.prepare(set, List.of(device), set.tasks().getFirst(), SEED);
        final long[][] samples = new long[SEGMENTS][runs];
        try {
            for (int run = 0; run < runs; run++) {
                for (int i = 0; i < SEGMENTS; i++) {
                    samples[i][run] = GpuSegmentTimer.elapsedNs(device, works.get(i));
                }
            }
        } finally {
            works.forEach(SegmentWork::close);
        }
        final TaskSet plain = set(DeviceSpec.cpu("processor"), network);
        final byte[] answer = networks.answers().get(network).get("output");
        final byte[] expected = new NetworkWorks().offline(plain, plain.tasks().getFirst(), SEED).get("output");
        final double error = error(answer, expected);
        section.expect(software ? Arrays.equals(answer, expected) : error <= most,
            network + " by " + by + " answers other values than on the processor, relative error " + error);
        for (int i = 0; i < SEGMENTS; i++) {
            Arrays.sort(samples[i]);
            section.row(network, by, i, samples[i][runs / 2], samples[i][runs - 1], error);
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
