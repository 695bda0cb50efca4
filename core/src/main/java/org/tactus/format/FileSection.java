// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.util.List;

/**
 * The kinds of map that the files of this package consist of, each with the keys that it may hold. The readers refuse every other key,
 * and {@code docs/task-set.md} describes each key; a test compares that page with this list.
 */
enum FileSection {
    /** The task-set file itself. */
    TASK_SET("tactus", "name", "policy", "overheads", "platform", "tasks", "measured"),
    /** {@code measured}: what the numbers of a planned set hold for. */
    MEASURED("from", "with", "machine", "measuredAt", "rights", "tasks"),
    /** An element of {@code tasks} there. */
    MEASURED_TASK("name", "model", "files", "runtime", "threads", "starts"),
    /** {@code overheads} where it is a map. */
    OVERHEADS("releaseJitter", "sporadicJitter", "dispatch", "dispatchPerTask", "handOff", "completion", "preemption", "childCall", "stall",
        "curve"),
    /** {@code curve} of the overheads: in any window of one length away for so long at most. */
    BOUNDED_DELAY("every", "away"),
    /** {@code curve} of the overheads: of every period so much is there. */
    PERIODIC_RESOURCE("budget", "period"),
    /** {@code platform}. */
    PLATFORM("devices"),
    /** An element of {@code platform.devices}. */
    DEVICE("name", "kind", "cores", "driver", "index", "memory", "chunk", "protocol", "chunkIn", "chunkOut", "swapInOverhead",
        "swapOutOverhead", "residency", "chunkDrop", "background", "weights", "chunkRead", "duplexIn", "duplexOut", "duplexDrop", "sram",
        "link", "preemption", "process", "compute"),
    /** An element of {@code tasks}. */
    TASK("name", "period", "deadline", "offset", "jitter", "release", "priority", "onOverrun", "onBacklog", "memory", "model", "menu",
        "segments", "boundaries", "reclaim", "class", "stream", "remote"),
    /** {@code memory} of a task. */
    MEMORY("footprint", "swap", "scratch", "state", "objects", "constants"),
    /** {@code model} of a task. */
    MODEL("file", "files", "zoo", "size", "cuts", "starts", "dims", "shapes", "inputs"),
    /** An element of {@code segments} that runs in one way. */
    SEGMENT("device", "precision", "wcet", "loss", "actual", "offer", "preemptable", "part", "levels"),
    /** An element of {@code levels}. */
    LEVEL("wcet", "gain", "model"),
    /** An element of {@code segments} that leaves open in which way it runs. */
    OPEN_SEGMENT("variants"),
    /** An element of {@code variants}. */
    VARIANT("device", "precision", "wcet", "loss", "actual"),
    /** {@code actual} where it is a map. */
    ACTUAL("uniform"),
    /** {@code offer} of a segment. */
    OFFER("device", "wcet"),
    /** An element of {@code boundaries}. */
    BOUNDARY("from", "to", "toHost", "toDevice", "quantise", "dequantise"),
    /** {@code reclaim} of a task. */
    RECLAIM("gpuTime", "substitutions", "largest"),
    /** {@code remote} of a task. */
    REMOTE("peer", "tau", "gain", "localGain"),
    /** The calibration file itself. */
    CALIBRATION("tactus", "machines"),
    /** An element of {@code machines}. */
    CALIBRATED_MACHINE("machine", "measuredAt", "duration", "stalls", "longestStall", "conditions", "releaseJitter",
        "sporadicJitter", "dispatch", "dispatchPerTask", "handOff", "completion", "preemption", "childCall", "gpus", "stallFree",
        "curves"),
    /** {@code stallFree}: overheads of operations that no stall hit. */
    STALL_FREE("releaseJitter", "sporadicJitter", "dispatch", "dispatchPerTask", "handOff", "completion", "preemption", "childCall"),
    /** An element of {@code curves}. */
    CALIBRATED_CURVE("cores", "curve", "learnt", "validated", "within", "factor", "longest", "threshold", "causes"),
    /** What repeated measurements of one quantity showed. */
    QUANTILES("samples", "p50", "p99", "p999", "max"),
    /** An element of {@code gpus}. */
    CALIBRATED_GPU("gpu", "driver", "chunk", "launch", "completion", "swapInOverhead", "swapOutOverhead", "chunks"),
    /** An element of {@code chunks}. */
    CALIBRATED_CHUNK("chunk", "in", "out", "drop", "duplexIn", "duplexOut", "duplexDrop", "usualIn", "usualOut"),
    /** The file of measured WCETs itself. */
    WCETS("tactus", "taskSet", "machine", "measuredAt", "margin", "rights", "conditions", "tasks"),
    /** An element of {@code tasks} there. */
    WCETS_OF_TASK("name", "model", "files", "runtime", "threads", "starts", "memory", "segments", "boundaries"),
    /** {@code memory} there. */
    MEMORY_OF_NETWORK("footprint", "constants", "scratch", "state"),
    /** An element of {@code segments} there. */
    WCET_OF_SEGMENT("segment", "device", "precision", "wcet", "samples", "p50", "p99", "p999", "max", "loss", "basis");

    private final List<String> keys;

    FileSection(final String... keys) {
        this.keys = List.of(keys);
    }

    /** The keys that a map of this kind may hold, in the order in which a writer puts them. */
    List<String> keys() {
        return keys;
    }
}
