package org.tactus;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.device.OnnxWork;
import org.tactus.device.SegmentWork;
import org.tactus.device.TimedWork;
import org.tactus.inference.OnnxModel;
import org.tactus.inference.SegmentedModel;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.time.Clock;

/**
 * Prepares networks: loads and cuts a task's model, binds its tensors off-heap, warms it up. Its segments on CPU devices run on
 * ONNX Runtime; those on a modelled device take the time that the set says. Tasks without a model are prepared as by
 * {@link TimedWorks}.
 */
public final class OnnxWorks implements WorkFactory {
    private static final int WARM_UP_RUNS = 10;
    private static final long WEIGHT_SEED = 1;

    private final Path directory;
    private final TimedWorks timed = new TimedWorks();

    /** Relative paths of models count from the working directory. */
    public OnnxWorks() {
        this(Path.of(""));
    }

    /**
     * Makes a factory.
     *
     * @param directory what relative paths of models count from
     */
    public OnnxWorks(final Path directory) {
        this.directory = directory;
    }

    @Override
    public List<SegmentWork> prepare(final TaskSet set, final Task task, final long seed) {
        if (task.model().isEmpty()) {
            return timed.prepare(set, task, seed);
        }
        final SegmentedModel model = load(set, task);
        model.fillInputs(seed);
        for (int run = 0; run < WARM_UP_RUNS; run++) {
            for (int i = 0; i < model.segments(); i++) {
                model.run(i);
            }
        }
        final List<SegmentWork> works = new ArrayList<>();
        for (int i = 0; i < task.segments().size(); i++) {
            final Segment segment = task.segments().get(i);
            works.add(new OnnxWork(model, i, new TimedWork(Clock.SYSTEM, segment, seed + i)));
        }
        return works;
    }

    /**
     * Loads and cuts a task's model for the cores of the CPU devices that it uses.
     *
     * @param set  for the platform
     * @param task a task with a model
     * @return the model, to be closed by the caller
     */
    SegmentedModel load(final TaskSet set, final Task task) {
        final ModelSource source = task.model().orElseThrow();
        final List<Integer> cores = task.segments().stream().map(segment -> set.platform().devices().get(segment.device()))
            .filter(device -> device.kind() == DeviceKind.CPU).findFirst().map(DeviceSpec::cores).orElse(List.of());
        final OnnxOptions options =
            cores.size() < 2 ? OnnxOptions.SINGLE_THREAD : new OnnxOptions(cores.size(), cores.subList(1, cores.size()), true);
        return SegmentedModel.create(OnnxModel.of(source, directory, WEIGHT_SEED), source.cuts(), options);
    }

    @Override
    public String driver() {
        return OnnxRuntime.find().map(runtime -> "ONNX Runtime " + runtime.version()).orElse("java");
    }
}
