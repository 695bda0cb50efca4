// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterInvoke_t;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.tflite.TfLite;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.LeveledWork;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.NetworkWork;
import org.tactus.internal.device.OfferedWork;
import org.tactus.internal.device.SegmentHook;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.device.cuda.CudaDevice;
import org.tactus.internal.device.cuda.CudaNetworks;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.lifecycle.StringConstants;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.lifecycle.WarmUp;
import org.tactus.internal.network.SegmentChain;
import org.tactus.internal.network.SegmentedModel;
import org.tactus.internal.network.TfLiteChain;
import org.tactus.internal.network.Transfer;
import org.tactus.internal.remote.OfferPort;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.work.NetworkPort;

/**
 * Prepares networks: loads and cuts a task's model, binds its tensors off-heap, warms it up. Its segments on CPU devices and GPUs run
 * on ONNX Runtime, or on a GPU as kernels of our own, or on a CPU device on TensorFlow Lite where they are its files; those on an Edge TPU
 * run there; those on a modelled device take the time that the set says. Tasks without a model are prepared as by {@link TimedWorks}.
 */
public final class NetworkWorks implements WorkFactory {
    private static final int WARM_UP_RUNS = 10;

    private final Path directory;
    private final TimedWorks timed = new TimedWorks();
    private final Map<String, Map<String, byte[]>> answers = new ConcurrentHashMap<>();
    /** By task, which segments of the last job ran where they were offered. */
    private final Map<String, boolean[]> substituted = new ConcurrentHashMap<>();
    private final Map<String, NetworkPort.Factory> ports = new ConcurrentHashMap<>();
    /** By task, why its network answers otherwise from run to run. */
    private final Map<String, String> unrepeatable = new ConcurrentHashMap<>();
    /** Names of networks that ended a job at least. */
    private final Set<String> answered = ConcurrentHashMap.newKeySet();
    /** By task that is offered to a second machine, what its offers carry. */
    private final Map<String, OfferPort> offers = new ConcurrentHashMap<>();
    private boolean onnx;
    private final Set<String> kernels = new TreeSet<>();
    private boolean tfLite;

    /** Relative paths of models count from the working directory. */
    public NetworkWorks() {
        this(Path.of(""));
    }

    /**
     * Makes a factory.
     *
     * @param directory what relative paths of models count from
     */
    public NetworkWorks(final Path directory) {
        this.directory = directory;
    }

    /**
     * Lets the program write a network's inputs and read its outputs; without a port the inputs stay as seeded. Called before the task is
     * admitted.
     *
     * @param task name of a task with a network
     * @param port makes the port
     * @return this
     */
    public NetworkWorks port(final String task, final NetworkPort.Factory port) {
        ports.put(task, port);
        return this;
    }

    /** Notes that what computes for another factory's networks computes for this run, too. */
    void alsoComputesWith(final NetworkWorks other) {
        onnx |= other.onnx;
        kernels.addAll(other.kernels);
        tfLite |= other.tfLite;
    }

    @Override
    public List<SegmentWork> prepare(final TaskSet set, final List<Device> devices, final Task task, final long seed) {
        if (task.model().isEmpty()) {
            return prepareLevels(set, devices, task, seed);
        }
        refuseOffers(set, task);
        final Optional<CudaDevice> gpu = new OnnxNetworks(set, devices, directory).gpu(task);
        final SegmentChain model = warm(set, devices, task, seed, gpu);
        final List<SegmentWork> works = new ArrayList<>();
        try {
            model.outputs().forEach(info -> model.tensor(info.name()).fill((byte) 0)); // what stands there later, a job has written
            if (task.remote().isPresent() && !ports.containsKey(task.name())) {
                offers.put(task.name(), NetworkOfferPort.of(model.inputs().stream().map(info -> model.tensor(info.name())).toList(),
                    model.outputs().stream().mapToLong(info -> model.tensor(info.name()).byteSize()).sum()));
            }
            final NetworkPort port = Optional.ofNullable(ports.get(task.name()))
                .map(factory -> factory.open(new ChainView(model))).orElse(null);
            final Ends ends = new Ends(port);
            for (int i = 0; i < task.segments().size(); i++) {
                works.add(work(devices, task, model, i, gpu, port, ends, seed + i));
            }
            gpu.ifPresent(device -> device.networks().takeOut());
            return works;
        } catch (final NativeCallException e) {
            close(works, model, e);
            throw new InvalidModelException("task '" + task.name() + "': its network does not run: " + e.getMessage(), e);
        } catch (final Throwable e) {
            close(works, model, e);
            throw e;
        }
    }

    /** Segments without a network take their time; of levels with networks each is prepared as a network of its own, on their device. */
    private List<SegmentWork> prepareLevels(final TaskSet set, final List<Device> devices, final Task task, final long seed) {
        final List<SegmentWork> works = new ArrayList<>(timed.prepare(set, devices, task, seed));
        final List<SegmentWork> sizes = new ArrayList<>();
        final Refusals refusals = new Refusals();
        try {
            for (int i = 0; i < works.size(); i++) {
                sizes.clear();
                for (int k = 0; k < task.segments().get(i).levels().size(); k++) {
                    final Optional<Task> level = task.levelNetwork(i, k);
                    refusals.collect(() -> level.ifPresent(network -> sizes.addAll(prepare(set, devices, network, seed))));
                }
                if (!sizes.isEmpty()) {
                    works.set(i, sizes.size() == 1 ? sizes.getFirst() : new LeveledWork(sizes));
                    sizes.clear();
                }
            }
            refusals.throwAll();
            return works;
        } catch (final Throwable e) {
            final Undo made = new Undo();
            works.forEach(work -> made.add(work::close));
            sizes.forEach(work -> made.add(work::close));
            made.run(e);
            throw e;
        }
    }

    /** A network that has run and kept nothing of it: where it cannot forget, a second one that has not run, in the same library. */
    private SegmentChain warm(
        final TaskSet set, final List<Device> devices, final Task task, final long seed, final Optional<CudaDevice> gpu) {
        final SegmentChain model = load(set, devices, task);
        try {
            model.fillInputs(seed);
            gpu.ifPresentOrElse(device -> device.networks().use(() -> warmUp(model)), () -> warmUp(model));
            rehearse(model);
            model.unrepeatable().ifPresent(why -> unrepeatable.put(task.name(), why));
            if (model.resetState()) {
                return model;
            }
        } catch (final NativeCallException e) {
            close(List.of(), model, e);
            throw new InvalidModelException("task '" + task.name() + "': its network does not run: " + e.getMessage(), e);
        } catch (final Throwable e) {
            close(List.of(), model, e);
            throw e;
        }
        model.close();
        final SegmentChain fresh = load(set, devices, task);
        try {
            fresh.fillInputs(seed);
            return fresh;
        } catch (final Throwable e) {
            close(List.of(), fresh, e);
            throw e;
        }
    }

    private static void close(final List<SegmentWork> works, final SegmentChain model, final Throwable cause) {
        final Undo made = new Undo();
        made.add(model::close);
        works.forEach(work -> made.add(work::close));
        made.run(cause);
    }

    /** What takes an offered segment must compute it: an accelerator that only takes time would leave the old tensors. */
    private static void refuseOffers(final TaskSet set, final Task task) {
        for (final Segment segment : task.segments()) {
            final Optional<DeviceSpec> taker = segment.offer().map(offer -> set.platform().devices().get(offer.device()));
            if (taker.isPresent()
                && (taker.get().kind() != DeviceKind.CUDA || task.model().orElseThrow() instanceof ModelSource.TfLiteFiles)) {
                throw new InvalidModelException("task '" + task.name() + "': its segments are offered to '" + taker.get().name()
                    + "', which cannot compute them; offer segments of an ONNX network to a device of kind cuda, or remove 'offer' and "
                    + "'reclaim'");
            }
        }
    }

    /** One segment, with what stands in for it on the accelerator that it is offered to. */
    private SegmentWork work(
        final List<Device> devices, final Task task, final SegmentChain model, final int index, final Optional<CudaDevice> gpu,
        final NetworkPort port, final Ends ends, final long seed) {
        final Segment segment = task.segments().get(index);
        final SegmentHook begin = port != null && index == 0 ? port::begin : SegmentHook.NONE;
        final SegmentHook end = index == model.segments() - 1 ? ends : SegmentHook.NONE;
        final SegmentWork own = work(
            devices.get(segment.device()), task, model, index, gpu, begin, end, ends, new TimedWork(Clock.SYSTEM, segment, seed));
        if (segment.offer().isEmpty()) {
            return own;
        }
        return new OfferedWork(own, work(devices.get(segment.offer().get().device()), task, model,
            model.substitute(index).orElseThrow(), gpu, begin, end, ends, TimedWorks.offered(segment, seed)));
    }

    /** One form of a segment: on a GPU in its stream; elsewhere called by the dispatcher, which first brings what lies on the GPU. */
    private SegmentWork work(
        final Device device, final Task task, final SegmentChain model, final int form, final Optional<CudaDevice> gpu,
        final SegmentHook begin, final SegmentHook end, final Ends ends, final SegmentWork timed) {
        final List<Transfer> arrivals = model.arrivals(form);
        final List<Transfer> departures = model.departures(form);
        final Consumer<SegmentChain> atEnd = ended -> remember(task, ended, ends.any);
        if (gpu.isPresent() && device == gpu.get()) {
            final int place = Math.min(form, task.segments().size() - 1); // of a substitute: it has no chunks of its own
            return gpu.get().networks().network(task, place,
                new NetworkWork(model, form, timed, SegmentHook.NONE, SegmentHook.NONE, atEnd), arrivals, departures, begin, end);
        }
        return new NetworkWork(model, form, timed, gpu.map(from -> from.networks().fetch(arrivals)).orElse(SegmentHook.NONE).then(begin),
            gpu.map(from -> from.networks().fetch(departures)).orElse(SegmentHook.NONE).then(end), atEnd);
    }

    private void remember(final Task task, final SegmentChain ended, final boolean any) {
        answers.put(task.name(), OutputBytes.of(ended));
        if (any) {
            answered.add(task.name());
        }
        if (ended instanceof final SegmentedModel model) {
            substituted.put(task.name(), model.substituted());
        }
    }

    /** Calls once a process, by the smallest network, what every run of a segment calls. */
    private static void rehearse(final SegmentChain model) {
        TimedWorks.warmUp(); // where a network's time is modelled
        StringConstants.make(model.getClass(), NetworkWork.class, TfLiteInterpreterInvoke_t.class);
        if (model instanceof final TfLiteChain chain) {
            WarmUp.once(TfLiteChain.class, () -> TfLiteNetworks.rehearse(chain));
        } else {
            WarmUp.once(SegmentedModel.class, () -> {
                try (SegmentedModel smallest = SegmentedModel.create(ModelZoo.smallest(), 1, OnnxOptions.SINGLE_THREAD)) {
                    for (int i = 0; i < WarmUp.CALLS; i++) {
                        smallest.run(0);
                    }
                }
            });
        }
    }

    private static void warmUp(final SegmentChain model) {
        for (int run = 0; run < WARM_UP_RUNS; run++) {
            for (int i = 0; i < model.segments(); i++) {
                model.bringIn(i);
                model.substitute(i).ifPresent(model::run);
                model.run(i);
            }
        }
        if (model instanceof final TfLiteChain chain) {
            chain.requireInPlace();
        }
    }

    /**
     * What a task's offers to a second machine carry where no program feeds its network: the inputs that all its jobs have.
     *
     * @param task a task that was prepared
     * @return a port that carries nothing for a task without a network, with a port of the program, or with too large tensors
     */
    public OfferPort offer(final Task task) {
        return offers.getOrDefault(task.name(), OfferPort.EMPTY);
    }

    /**
     * What the networks answered in the last job of each task that has ended; zeros where none was finished. The network of a level has
     * the name of {@link Task#levelName}.
     *
     * @return the outputs' bytes by task and name; of an output of more than 16 MiB their SHA-256
     */
    public Map<String, Map<String, byte[]>> answers() {
        return Map.copyOf(answers);
    }

    /**
     * Whether some job ended with a task's network, once the task has ended. A level that was never chosen has ended none.
     *
     * @param task name of a task that was prepared, or of a level's network
     * @return false where its {@link #answers} are zeros that no job has written
     */
    public boolean hasAnswered(final String task) {
        return answered.contains(task);
    }

    /**
     * Why a task's last answers need not be those of {@link #offline}, which is a first run.
     *
     * @param task name of a task that was prepared
     * @return such as {@code keeps state from run to run (2 variable tensors)}; empty when they are equal bit by bit
     */
    public Optional<String> unrepeatable(final String task) {
        return Optional.ofNullable(unrepeatable.get(task));
    }

    /**
     * Runs a task's network once, its segments one after another on the calling thread: the same mixture, no schedule. Of a task that has
     * run and ended, segments that were substituted in its last job are here, too.
     *
     * @param set  for the platform
     * @param task a task with a model
     * @param seed of the inputs, as {@link #prepare} got it
     * @return the outputs' bytes (or digests, as {@link #answers} gives them) by name; a job's outputs are equal to them bit by bit, and
     *     in the network's order
     */
    public Map<String, byte[]> offline(final TaskSet set, final Task task, final long seed) {
        return new OfflineRun(this, set, task, seed).outputs(substituted.get(task.name()));
    }

    /** Loads a task's model where no device is open: one that a processor computes. */
    public SegmentChain load(final TaskSet set, final Task task) {
        return load(set, Collections.nCopies(set.platform().devices().size(), new ModelledDevice()), task);
    }

    /**
     * Loads and cuts a task's model for the cores of the CPU devices that it uses; segments in int8 compute on bytes.
     *
     * @param set     for the platform
     * @param devices the platform's devices, in its order
     * @param task    a task with a model
     * @return the model, to be closed by the caller
     */
    public SegmentChain load(final TaskSet set, final List<Device> devices, final Task task) {
        final ModelSource source = task.model().orElseThrow();
        if (source instanceof final ModelSource.TfLiteFiles files) {
            tfLite |= task.segments().stream().anyMatch(
                segment -> set.platform().devices().get(segment.device()).kind() == DeviceKind.CPU);
            return new TfLiteNetworks(set, devices, directory).load(task, files);
        }
        onnx = true;
        final OnnxNetworks networks = new OnnxNetworks(set, devices, directory);
        networks.gpu(task).map(CudaDevice::networks).filter(CudaNetworks::computesByKernels)
            .ifPresent(gpu -> kernels.add("kernels of Tactus" + (gpu.multipliesHalves() ? " in fp16" : "")));
        return networks.load(task, source);
    }

    /** What follows a network's last segment: the program reads the outputs, and it is noted that a job has written them. */
    private static final class Ends implements SegmentHook {
        private final NetworkPort port;
        /** Written by the last segment's dispatcher, read by the control thread when the dispatcher has let go of the work. */
        private boolean any;

        Ends(final NetworkPort port) {
            this.port = port;
        }

        @Override
        public void run(final long job) {
            any = true;
            if (port != null) {
                port.end(job);
            }
        }
    }

    @Override
    public String driver() {
        final List<String> used = new ArrayList<>();
        if (onnx || !tfLite) {
            OnnxRuntime.find().ifPresent(runtime -> used.add("ONNX Runtime " + runtime.version()));
        }
        used.addAll(kernels);
        if (tfLite) {
            TfLite.find().ifPresent(library -> used.add(library.toString()));
        }
        return used.isEmpty() ? "java" : String.join(", ", used);
    }
}
