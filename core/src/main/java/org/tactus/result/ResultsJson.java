// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.tactus.internal.file.WholeFile;
import org.tactus.model.Overheads;

/** Writes a result as {@code results.json}. Keys are only ever added; a value that does not exist is null. */
public final class ResultsJson {
    /** Grows when a key changes its meaning, not when one is added. */
    private static final int SCHEMA = 1;
    private static final JsonFactory FACTORY = new JsonFactory();

    private ResultsJson() {
    }

    /**
     * Writes a file.
     *
     * @param result what to write
     * @param file   where; replaced when it exists
     * @throws IOException when it cannot be written; the old file is there then
     */
    public static void write(final RunResult result, final Path file) throws IOException {
        write(result, Map.of(), file);
    }

    /**
     * Writes a file that also says where the result comes from.
     *
     * @param result what to write
     * @param origin what to say of it at the head, such as {@code version}, {@code startedAt} and {@code inputHash}: keys and texts
     * @param file   where; replaced when it exists
     * @throws IOException when it cannot be written; the old file is there then
     */
    public static void write(final RunResult result, final Map<String, String> origin, final Path file) throws IOException {
        WholeFile.write(file, out -> {
            final OutputStream buffered = new BufferedOutputStream(out);
            write(result, origin, buffered);
            buffered.flush();
        });
    }

    /**
     * Writes indented UTF-8 and a line feed at the end.
     *
     * @param result what to write
     * @param out    stays open
     * @throws IOException when it cannot be written
     */
    public static void write(final RunResult result, final OutputStream out) throws IOException {
        write(result, Map.of(), out);
    }

    private static void write(final RunResult result, final Map<String, String> origin, final OutputStream out) throws IOException {
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.configure(JsonGenerator.Feature.AUTO_CLOSE_TARGET, false);
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartObject();
            json.writeNumberField("schema", SCHEMA);
            for (final Map.Entry<String, String> entry : origin.entrySet()) {
                text(json, entry.getKey(), entry.getValue());
            }
            head(json, result);
            json.writeArrayFieldStart("tasks");
            tasks(json, result.tasks(), result.durationNs());
            json.writeEndArray();
            json.writeObjectFieldStart("withoutStalls");
            json.writeNumberField("touchedJobs", result.withoutStalls().touched());
            json.writeNumberField("untracedJobs", result.withoutStalls().untraced());
            json.writeArrayFieldStart("tasks");
            tasks(json, result.withoutStalls().tasks(), result.durationNs());
            json.writeEndArray();
            json.writeEndObject();
            platform(json, result.platform());
            stalls(json, result.stalls());
            json.writeNumberField("stallsSeen", stallsSeen(result));
            json.writeNumberField("stallsLate", result.withoutStalls().stalls().late());
            devices(json, result.devices());
            if (!result.precisions().isEmpty()) {
                precisions(json, result.precisions());
            }
            levels(json, result.levels());
            offers(json, result.offers());
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    /** All of them: the list holds the longest. */
    static long stallsSeen(final RunResult result) {
        return Math.max(result.stalls().size(), result.withoutStalls().stalls().seen());
    }

    private static void platform(final JsonGenerator json, final PlatformResult platform) throws IOException {
        json.writeObjectFieldStart("platform");
        text(json, "curve", platform.curve().orElse(""));
        json.writeBooleanField("within", platform.within());
        json.writeNumberField("gaps", platform.gaps());
        json.writeArrayFieldStart("breaks");
        for (final PlatformResult.Break broken : platform.breaks()) {
            json.writeStartObject();
            json.writeNumberField("atNs", broken.atNs());
            json.writeNumberField("core", broken.core());
            json.writeNumberField("awayNs", broken.awayNs());
            json.writeNumberField("windowNs", broken.windowNs());
            json.writeNumberField("allowedNs", broken.allowedNs());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("touchedJobs", platform.touchedJobs());
        json.writeObjectFieldStart("ofBoundsNs");
        for (final Map.Entry<String, Long> share : platform.ofBoundsNs().entrySet()) {
            json.writeNumberField(share.getKey(), share.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void head(final JsonGenerator json, final RunResult result) throws IOException {
        final RunResult.Conditions conditions = result.conditions();
        json.writeStringField("source", result.source());
        json.writeStringField("taskSet", result.taskSet());
        json.writeStringField("policy", result.policy());
        text(json, "test", result.test());
        json.writeNumberField("seed", result.seed());
        json.writeNumberField("durationNs", result.durationNs());
        texts(json, "machine", conditions.machine());
        texts(json, "granted", conditions.granted());
        json.writeArrayFieldStart("warnings");
        for (final String warning : conditions.warnings()) {
            json.writeString(warning);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("noise");
        for (final Map.Entry<String, Long> entry : conditions.noise().entrySet()) {
            json.writeNumberField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
        json.writeStringField("collector", conditions.collector());
        overheads(json, conditions.overheads());
        text(json, "boundsVoid", result.boundsVoid());
        json.writeNumberField("droppedEvents", result.droppedEvents());
    }

    private static void overheads(final JsonGenerator json, final Overheads overheads) throws IOException {
        json.writeObjectFieldStart("overheads");
        json.writeNumberField("releaseJitterNs", overheads.releaseJitterNs());
        json.writeNumberField("sporadicJitterNs", overheads.sporadicJitterNs());
        json.writeNumberField("dispatchNs", overheads.dispatchNs());
        json.writeNumberField("dispatchPerTaskNs", overheads.dispatchPerTaskNs());
        json.writeNumberField("handOffNs", overheads.handOffNs());
        json.writeNumberField("completionNs", overheads.completionNs());
        json.writeNumberField("stallNs", overheads.stallNs());
        json.writeEndObject();
    }

    private static void texts(final JsonGenerator json, final String key, final Map<String, String> values) throws IOException {
        json.writeObjectFieldStart(key);
        for (final Map.Entry<String, String> entry : values.entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    private static void tasks(final JsonGenerator json, final List<TaskResult> tasks, final long durationNs) throws IOException {
        for (final TaskResult task : tasks) {
            json.writeStartObject();
            json.writeStringField("name", task.name());
            number(json, "periodNs", task.hasPeriod() ? OptionalLong.of(task.periodNs()) : OptionalLong.empty());
            number(json, "deadlineNs", task.hasDeadline() ? OptionalLong.of(task.deadlineNs()) : OptionalLong.empty());
            number(json, "boundNs", task.boundNs());
            json.writeNumberField("released", task.released());
            json.writeNumberField("jobs", task.jobs());
            if (durationNs > 0) {
                json.writeNumberField("jobsPerSecond", task.jobsPerSecond(durationNs));
            }
            json.writeNumberField("unfinished", task.unfinished());
            json.writeNumberField("aborted", task.aborted());
            json.writeNumberField("skipped", task.skipped());
            json.writeNumberField("lost", task.lost());
            json.writeBooleanField("stopped", task.stopped());
            json.writeNumberField("misses", task.misses());
            json.writeNumberField("overruns", task.overruns());
            number(json, "minNs", task.minNs());
            number(json, "p50Ns", task.p50Ns());
            number(json, "p99Ns", task.p99Ns());
            number(json, "p999Ns", task.p999Ns());
            number(json, "maxNs", task.maxNs());
            if (task.held().isPresent()) {
                held(json, task.held().get());
            }
            json.writeEndObject();
        }
    }

    /** The bounds one after the other, and the jobs that took longer than the one that held for them. */
    private static void held(final JsonGenerator json, final BoundsHeld held) throws IOException {
        json.writeNumberField("beyondBound", held.beyond());
        json.writeArrayFieldStart("bounds");
        for (final BoundsHeld.Held each : held.bounds()) {
            json.writeStartObject();
            json.writeNumberField("fromNs", each.fromNs());
            number(json, "boundNs", each.boundNs());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void stalls(final JsonGenerator json, final List<Stall> stalls) throws IOException {
        json.writeArrayFieldStart("stalls");
        for (final Stall stall : stalls) {
            json.writeStartObject();
            json.writeNumberField("atNs", stall.atNs());
            json.writeNumberField("lengthNs", stall.lengthNs());
            json.writeStringField("where", stall.where());
            json.writeStringField("cause", stall.cause());
            json.writeNumberField("takenNs", stall.takenNs());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void devices(final JsonGenerator json, final List<DeviceResult> devices) throws IOException {
        json.writeArrayFieldStart("devices");
        for (final DeviceResult device : devices) {
            json.writeStartObject();
            json.writeStringField("name", device.name());
            json.writeStringField("kind", device.kind());
            text(json, "driver", device.driver());
            json.writeNumberField("busyNs", device.busyNs());
            json.writeNumberField("utilisation", device.utilisation());
            json.writeBooleanField("lost", device.lost());
            if (device.swaps().isPresent()) {
                swaps(json, device.swaps().get());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void precisions(final JsonGenerator json, final List<PrecisionResult> precisions) throws IOException {
        json.writeArrayFieldStart("precisions");
        for (final PrecisionResult precision : precisions) {
            json.writeStartObject();
            json.writeStringField("task", precision.task());
            json.writeNumberField("layers", precision.layers());
            json.writeNumberField("plannedFp32", precision.plannedFp32());
            json.writeNumberField("jobs", precision.jobs());
            json.writeNumberField("substitutions", precision.substitutions());
            json.writeNumberField("fp32Share", precision.fp32Share());
            json.writeNumberField("leastFp32ShareOfAJob", precision.share(precision.least()));
            json.writeNumberField("mostFp32ShareOfAJob", precision.share(precision.most()));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void levels(final JsonGenerator json, final List<RunResult.Levels> levels) throws IOException {
        if (levels.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("levels");
        for (final RunResult.Levels each : levels) {
            json.writeStartObject();
            json.writeStringField("task", each.task());
            json.writeArrayFieldStart("taken");
            for (final long count : each.taken()) {
                json.writeNumber(count);
            }
            json.writeEndArray();
            if (Double.isNaN(each.meanGain())) {
                json.writeNullField("meanGain");
            } else {
                json.writeNumberField("meanGain", each.meanGain());
            }
            json.writeNumberField("refusedToWaiting", each.refusedToWaiting());
            json.writeNumberField("refusedToComing", each.refusedToComing());
            json.writeNumberField("refusedToLoad", each.refusedToLoad());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void offers(final JsonGenerator json, final List<RunResult.Offers> offers) throws IOException {
        if (offers.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("offers");
        for (final RunResult.Offers each : offers) {
            json.writeStartObject();
            json.writeStringField("task", each.task());
            json.writeNumberField("offered", each.offered());
            json.writeNumberField("unsent", each.unsent());
            json.writeNumberField("used", each.used());
            json.writeNumberField("fallbacks", each.fallbacks());
            json.writeNumberField("late", each.late());
            json.writeNumberField("dropped", each.dropped());
            json.writeNumberField("refused", each.refused());
            json.writeNumberField("open", each.open());
            if (Double.isNaN(each.meanGain())) {
                json.writeNullField("meanGain");
            } else {
                json.writeNumberField("meanGain", each.meanGain());
            }
            roundTrip(json, "roundTripP50Ns", each.roundTripP50Ns());
            roundTrip(json, "roundTripP99Ns", each.roundTripP99Ns());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Null stands for an answer that did not come. */
    private static void roundTrip(final JsonGenerator json, final String field, final long ns) throws IOException {
        if (ns == Long.MAX_VALUE) {
            json.writeNullField(field);
        } else {
            json.writeNumberField(field, ns);
        }
    }

    private static void swaps(final JsonGenerator json, final SwapResult swaps) throws IOException {
        json.writeNumberField("movesIn", swaps.movesIn());
        json.writeNumberField("movesOut", swaps.movesOut());
        json.writeNumberField("chunksIn", swaps.chunksIn());
        json.writeNumberField("chunksOut", swaps.chunksOut());
        json.writeNumberField("chunksDropped", swaps.chunksDropped());
        json.writeNumberField("chunksBackground", swaps.chunksBackground());
        json.writeNumberField("movesCancelled", swaps.cancelled());
        json.writeNumberField("swapNs", swaps.busyNs());
        json.writeNumberField("swapOverruns", swaps.overruns());
        json.writeNumberField("swapMaxShareOfBound", swaps.largestShare());
        json.writeNumberField("mostUsedBytes", swaps.mostUsedBytes());
    }

    private static void text(final JsonGenerator json, final String key, final String value) throws IOException {
        if (value.isEmpty()) {
            json.writeNullField(key);
        } else {
            json.writeStringField(key, value);
        }
    }

    private static void number(final JsonGenerator json, final String key, final OptionalLong value) throws IOException {
        if (value.isEmpty()) {
            json.writeNullField(key);
        } else {
            json.writeNumberField(key, value.getAsLong());
        }
    }
}
