package org.tactus.format;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.tactus.model.ModelSource;

/**
 * Measured worst-case execution times of a task set's networks.
 *
 * @param taskSet    the set's name
 * @param machine    the machine that measured, as {@link MachineName} tells it
 * @param measuredAt when, for people (ISO 8601)
 * @param margin     share that was added to the largest sample, such as 0.2
 * @param conditions what the machine did meanwhile, such as {@code others: idle}
 * @param tasks      tasks with a network
 */
public record WcetSidecar(
    String taskSet, String machine, String measuredAt, double margin, Map<String, String> conditions, List<TaskWcet> tasks) {

    /**
     * One task.
     *
     * @param name     its name
     * @param model    the network and its cuts, as {@link #modelText} writes them
     * @param segments in order of execution
     */
    public record TaskWcet(String name, String model, List<SegmentWcet> segments) {
        /** Copies the list. */
        public TaskWcet {
            segments = List.copyOf(segments);
        }
    }

    /**
     * One segment on one device.
     *
     * @param device   the device's name
     * @param wcetNs   largest sample and margin, nanoseconds
     * @param measured the samples
     */
    public record SegmentWcet(String device, long wcetNs, Quantiles measured) {
    }

    /** Copies the collections. */
    public WcetSidecar {
        conditions = Map.copyOf(conditions);
        tasks = List.copyOf(tasks);
    }

    /**
     * Finds the WCET of a segment; one that was measured with another network, another cut or another device does not count.
     *
     * @param task   the task's name
     * @param model  its network
     * @param index  the segment's place, from 0
     * @param device the segment's device
     * @return nanoseconds
     */
    public OptionalLong wcetNs(final String task, final ModelSource model, final int index, final String device) {
        for (final TaskWcet known : tasks) {
            if (known.name().equals(task) && known.model().equals(modelText(model)) && index < known.segments().size()
                && known.segments().get(index).device().equals(device)) {
                return OptionalLong.of(known.segments().get(index).wcetNs());
            }
        }
        return OptionalLong.empty();
    }

    /**
     * Writes a network and its cuts in one line.
     *
     * @param model the network
     * @return such as {@code zoo resnet small, 4 cuts}
     */
    public static String modelText(final ModelSource model) {
        return switch (model) {
            case ModelSource.OnnxFile file -> "file " + file.path() + ", " + file.cuts() + " cuts";
            case ModelSource.Zoo zoo -> "zoo " + zoo.name() + " " + zoo.size() + ", " + zoo.cuts() + " cuts";
        };
    }
}
