// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.cuda.CudaDevice;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.ModelCutter;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.network.HostTensors;
import org.tactus.internal.network.NetworkFootprint;
import org.tactus.internal.network.SegmentPlace;
import org.tactus.internal.network.SegmentedModel;
import org.tactus.internal.network.Substitute;
import org.tactus.internal.network.TensorMemory;
import org.tactus.internal.quantise.QuantizedTask;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.Offer;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.Variant;

/** Loads ONNX networks, each segment in the memory of the device that it names; segments in int8 compute on bytes. Control thread. */
public final class OnnxNetworks {
    /** Seed of a generated network's weights. */
    public static final long WEIGHT_SEED = 1;

    private final TaskSet set;
    private final List<Device> devices;
    private final Path directory;

    /**
     * Loads for devices.
     *
     * @param set       for the platform
     * @param devices   the platform's devices, in its order
     * @param directory what relative paths of models count from
     */
    public OnnxNetworks(final TaskSet set, final List<Device> devices, final Path directory) {
        this.set = set;
        this.devices = devices;
        this.directory = directory;
    }

    /** Cuts, loads and binds a task's network, with a second form of each segment that is offered to an accelerator. */
    SegmentedModel load(final Task task, final ModelSource source) {
        final Optional<QuantizedTask> quantized = QuantizedTask.wants(task)
            ? Optional.of(QuantizedTask.of(task, directory, WEIGHT_SEED)) : Optional.empty();
        final CutChain chain = quantized.map(QuantizedTask::chain).orElseGet(() -> cut(source));
        final Optional<CudaDevice> gpu = gpu(task);
        if (gpu.filter(device -> device.networks().multipliesHalves()).isPresent()) {
            requireGain(task, chain, gpu.get());
        }
        final TensorMemory host = gpu.map(device -> device.networks().pinned()).orElseGet(HostTensors::new);
        final TensorMemory onGpu = gpu.map(device -> device.networks().memory(task).map(TensorMemory.class::cast)
            .orElseGet(device.networks()::tensors)).orElse(host);
        final List<SegmentPlace> places = new ArrayList<>();
        final List<Substitute> substitutes = new ArrayList<>();
        for (int i = 0; i < task.segments().size(); i++) {
            final Segment segment = task.segments().get(i);
            places.add(place(task, segment.device(), host, onGpu));
            if (segment.offer().isPresent()) {
                final int index = i;
                substitutes.add(new Substitute(i, quantized.map(with -> with.substitute(index)).orElse(chain.parts().get(i)),
                    place(task, segment.offer().get().device(), host, onGpu)));
            }
        }
        return SegmentedModel.create(chain, host, places, substitutes);
    }

    /**
     * Measures the memory that a task's network needs on the GPU that holds it.
     *
     * @param task a task with an ONNX network
     * @return weights and tensors, counted; empty where no GPU of the set holds the network in memory that is scheduled
     */
    public Optional<NetworkFootprint> footprint(final Task task) {
        final ModelSource source = task.model().orElseThrow();
        if (source instanceof ModelSource.TfLiteFiles || QuantizedTask.wants(task)) {
            return Optional.empty();
        }
        final Optional<CudaDevice> gpu = gpu(task).filter(device -> device.networks().holdsNetworks());
        if (gpu.isEmpty()) {
            return Optional.empty();
        }
        final int index = devices.indexOf(gpu.get());
        final NetworkFootprint counted = new NetworkFootprint(set.platform().devices().get(index).memory().orElseThrow());
        final TensorMemory host = new HostTensors();
        final List<SegmentPlace> places = task.segments().stream().map(segment -> segment.device() == index
            ? gpu.get().networks().place(counted) : new SegmentPlace(host, OnnxOptions.SINGLE_THREAD.withoutPacking())).toList();
        final CutChain chain = cut(source);
        final List<Substitute> substitutes = new ArrayList<>();
        for (int i = 0; i < task.segments().size(); i++) {
            if (task.segments().get(i).offer().filter(offer -> offer.device() == index).isPresent()) {
                substitutes.add(new Substitute(i, chain.parts().get(i), gpu.get().networks().place(counted)));
            }
        }
        SegmentedModel.create(chain, host, places, substitutes).close();
        return Optional.of(counted);
    }

    /** Refuses half precision on a device where it changes no network of the set. */
    private void requireGain(final Task loaded, final CutChain chain, final CudaDevice gpu) {
        final int device = devices.indexOf(gpu);
        final Stream<ModelSource> others = set.tasks().stream().filter(task -> !task.name().equals(loaded.name())
                && task.segments().stream().anyMatch(segment -> segment.device() == device))
            .flatMap(task -> task.model().stream()).filter(source -> !(source instanceof ModelSource.TfLiteFiles));
        if (chain.parts().stream().noneMatch(part -> gpu.networks().changesByHalves(part.model()))
            && others.noneMatch(source -> gpu.networks().changesByHalves(OnnxModel.of(source, directory, WEIGHT_SEED)))) {
            throw new InvalidModelException("task '" + loaded.name() + "': no network on '" + set.platform().devices().get(device).name()
                + "' has a convolution over several channels or a matrix product, so 'compute: kernels-fp16' changes nothing; write "
                + "'compute: kernels'");
        }
    }

    private CutChain cut(final ModelSource source) {
        return new ModelCutter(OnnxRuntime.require()).cut(OnnxModel.of(source, directory, WEIGHT_SEED), source);
    }

    private SegmentPlace place(final Task task, final int device, final TensorMemory host, final TensorMemory onGpu) {
        if (devices.get(device) instanceof final CudaDevice gpu) {
            return gpu.networks().place(onGpu);
        }
        final DeviceSpec spec = set.platform().devices().get(device);
        if (spec.kind() == DeviceKind.EDGETPU) {
            throw new InvalidModelException("task '" + task.name() + "': '" + spec.name() + "' is of kind edgetpu, which computes "
                + "TensorFlow Lite files that are compiled for it, and no ONNX network; write 'model: {file: NAME_edgetpu.tflite}', or "
                + "name another device");
        }
        if (spec.kind() == DeviceKind.CUDA) { // not open: as for a software GPU
            return new SegmentPlace(host, spec.memory().isPresent() && task.memory().isPresent()
                ? OnnxOptions.SINGLE_THREAD.withoutPacking() : OnnxOptions.SINGLE_THREAD);
        }
        return new SegmentPlace(host, options(set, task));
    }

    /** The GPU that some of a task's segments run on; empty when none does, or the devices are not open. */
    Optional<CudaDevice> gpu(final Task task) {
        final List<Integer> indices = task.segments().stream()
            .flatMap(segment -> Stream.concat(Stream.of(segment.device()), segment.offer().stream().map(Offer::device))).distinct()
            .filter(index -> devices.get(index) instanceof CudaDevice).toList();
        if (indices.size() > 1) {
            final List<String> names = indices.stream().map(set.platform().devices()::get).map(DeviceSpec::name).toList();
            throw new InvalidModelException("task '" + task.name() + "': its segments name the GPUs " + String.join(" and ", names)
                + "; a network runs on one GPU beside processors");
        }
        return indices.stream().findFirst().map(index -> (CudaDevice) devices.get(index));
    }

    /**
     * How a task's network computes: as many threads as its first CPU device has cores.
     *
     * @param set  for the platform
     * @param task the task
     * @return the options
     */
    public static OnnxOptions options(final TaskSet set, final Task task) {
        return OnnxOptions.on(cores(set, task));
    }

    /**
     * The cores of the first CPU device among those that a task's segments run on, or could run on.
     *
     * @param set  for the platform
     * @param task the task
     * @return cores; empty without such a device
     */
    public static List<Integer> cores(final TaskSet set, final Task task) {
        final Stream<Integer> chosen = task.segments().stream().map(Segment::device);
        final Stream<Integer> open = task.choices().stream().flatMap(choices -> choices.variants().stream()).flatMap(List::stream)
            .map(Variant::device);
        return Stream.concat(chosen, open).map(set.platform().devices()::get).filter(device -> device.kind() == DeviceKind.CPU)
            .findFirst().map(DeviceSpec::cores).orElse(List.of());
    }
}
