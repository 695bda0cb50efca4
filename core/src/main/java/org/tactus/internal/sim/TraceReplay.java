// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.collections.Long2LongHashMap;
import org.tactus.model.Limits;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Execution times out of the {@code trace.json} of a run or of another simulation: those of every segment on a device's track,
 * by task name, number of the job and index of the segment. What the trace lacks is {@link ExecutionReplay#UNKNOWN}.
 */
public final class TraceReplay implements ExecutionReplay {
    private static final Pattern WHAT = Pattern.compile("job ([0-9]{1,18}), segment ([0-9]{1,9})");

    private final Long2LongHashMap[] recordedNs;
    private long size;

    private TraceReplay(final int tasks) {
        recordedNs = new Long2LongHashMap[tasks];
        for (int i = 0; i < tasks; i++) {
            recordedNs[i] = new Long2LongHashMap(UNKNOWN);
        }
    }

    /**
     * Reads a trace, streaming.
     *
     * @param file the trace
     * @param set  the tasks; slices of other names are left out
     * @return the times
     * @throws IOException              when it cannot be read or is no JSON
     * @throws IllegalArgumentException when it holds no segment of any of these tasks
     */
    public static TraceReplay read(final Path file, final TaskSet set) throws IOException {
        final Map<String, Integer> indices = new HashMap<>();
        for (final Task task : set.tasks()) {
            indices.put(task.name(), indices.size());
        }
        final TraceReplay replay = new TraceReplay(set.tasks().size());
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            final Slice slice = new Slice();
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.START_OBJECT && !"args".equals(json.currentName())) {
                    slice.clear();
                } else if (token == JsonToken.END_OBJECT) {
                    replay.add(slice, indices);
                } else if (token.isScalarValue() && json.currentName() != null) {
                    slice.put(json.currentName(), json.getText());
                }
            }
        }
        if (replay.size == 0) {
            throw new IllegalArgumentException(
                file + " holds no segment of a task of '" + set.name() + "'; give the trace.json of a run of this set");
        }
        return replay;
    }

    /** The fields of the event that is being read. */
    private static final class Slice {
        private String phase;
        private String name;
        private String lengthUs;
        private String what;

        void clear() {
            phase = null;
            name = null;
            lengthUs = null;
            what = null;
        }

        void put(final String field, final String value) {
            switch (field) {
                case "ph" -> phase = value;
                case "name" -> name = value;
                case "dur" -> lengthUs = value;
                case "what" -> what = value;
                default -> { }
            }
        }
    }

    private void add(final Slice slice, final Map<String, Integer> indices) {
        final Integer task = indices.get(slice.name);
        if (task == null || !"X".equals(slice.phase) || slice.lengthUs == null || slice.what == null) {
            return;
        }
        final Matcher matcher = WHAT.matcher(slice.what);
        if (matcher.matches()) {
            final long ns = new BigDecimal(slice.lengthUs).movePointRight(3).longValue();
            recordedNs[task].put(key(Long.parseLong(matcher.group(1)), Integer.parseInt(matcher.group(2))), Math.max(1, ns));
            size++;
            slice.clear();
        }
    }

    private static long key(final long job, final int segment) {
        return job * Limits.MAX_SEGMENTS_PER_TASK + segment;
    }

    /**
     * Segments that were read.
     *
     * @return a count
     */
    public long size() {
        return size;
    }

    @Override
    public long executionNs(final int task, final long job, final int segment) {
        return recordedNs[task].get(key(job, segment));
    }
}
