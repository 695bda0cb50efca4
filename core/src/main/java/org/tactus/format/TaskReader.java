// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tactus.internal.text.ShellWord;
import org.tactus.internal.time.Sizes;
import org.tactus.model.ActualTime;
import org.tactus.model.BacklogAction;
import org.tactus.model.Boundary;
import org.tactus.model.Limits;
import org.tactus.model.ModelSource;
import org.tactus.model.NamedVariant;
import org.tactus.model.OverrunAction;
import org.tactus.model.Precision;
import org.tactus.model.Reclaim;
import org.tactus.model.Release;
import org.tactus.model.Segment;
import org.tactus.model.SramMenu;
import org.tactus.model.Task;
import org.tactus.model.TaskBuilder;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSetBuilder;

/** Reads one element of {@code tasks}; what its segments lack comes from the measured WCETs. */
final class TaskReader {
    private static final Map<String, OverrunAction> OVERRUN = DeviceReader.words(OverrunAction.values(), OverrunAction::text);
    private static final Map<String, BacklogAction> BACKLOG = ordered("queue", BacklogAction.QUEUE, "drop", BacklogAction.DROP);
    static final Map<String, Precision> PRECISION = DeviceReader.words(Precision.values(), Precision::text);
    static final Map<String, Release> RELEASE = ordered("periodic", Release.PERIODIC, "sporadic", Release.SPORADIC);
    private static final Map<String, Task.ServiceClass> SERVICE =
        DeviceReader.words(Task.ServiceClass.values(), Task.ServiceClass::text);
    private static final Map<String, Boolean> PARTS = ordered("mandatory", false, "optional", true);
    /** Of a variant whose loss the file does not tell. */
    private static final double UNTOLD_LOSS = Double.NaN;

    private final Path taskSetFile;
    private final ModelReader models;
    private final boolean unmeasuredAllowed;
    /** Names of the devices that hold networks in memory that is scheduled. */
    private final Set<String> withMemory;
    private final Map<String, SramMenu> menus = new LinkedHashMap<>();
    /** Tasks of which a WCET or the memory was taken from the sidecar. */
    private final Set<String> used = new LinkedHashSet<>();
    private WcetSidecar sidecar;
    /** What was not measured, told only when nothing else is wrong with the set. */
    private FileFormatException unmeasured;

    TaskReader(final Path taskSetFile, final Path base, final boolean unmeasuredAllowed, final Set<String> withMemory) {
        this.withMemory = withMemory;
        this.taskSetFile = taskSetFile;
        this.models = new ModelReader(base);
        this.unmeasuredAllowed = unmeasuredAllowed;
    }

    /** A segment as it stands in the file: one way to run it or several. */
    private record SegmentLine(YamlValue at, List<NamedVariant> variants, Optional<YamlMap> offer, Optional<Boolean> preemptable,
        boolean optional, List<Segment.Level> levels) {
    }

    /** A boundary as it stands in the file, and which of its costs stand there: 0 can be meant. */
    private record BoundaryLine(Boundary boundary, Set<String> told) {
        private long cost(final String which, final long toldNs, final long measuredNs) {
            return told.contains(which) ? toldNs : measuredNs;
        }
    }

    private static <T> Map<String, T> ordered(final String first, final T one, final String second, final T two) {
        final Map<String, T> words = new LinkedHashMap<>();
        words.put(first, one);
        words.put(second, two);
        return words;
    }

    /** The measured WCETs that were used; empty when none was needed. */
    Optional<WcetSidecar> sidecar() {
        return Optional.ofNullable(sidecar);
    }

    /** The same without the tasks of which nothing was taken; empty when nothing was taken at all. */
    Optional<WcetSidecar> used() {
        return sidecar().map(all -> new WcetSidecar(all.taskSet(), all.machine(), all.measuredAt(), all.margin(), all.rights(),
            all.conditions(), all.tasks().stream().filter(task -> used.contains(task.name())).toList()))
            .filter(taken -> !taken.tasks().isEmpty());
    }

    /** Names of the tasks whose segments took WCETs from there. */
    Set<String> measured() {
        return used;
    }

    /** The first thing that is missing because nobody has measured it; empty when nothing is. */
    Optional<FileFormatException> unmeasured() {
        return Optional.ofNullable(unmeasured);
    }

    private void remember(final FileFormatException missing) {
        unmeasured = unmeasured == null ? missing : unmeasured;
    }

    /** What tasks may choose from, by task name. */
    Map<String, SramMenu> menus() {
        return menus;
    }

    void read(final YamlValue value, final TaskSetBuilder set) {
        final YamlMap map = value.map(FileSection.TASK);
        final String name = map.need("name", "'name: detect'").text();
        final boolean bestEffort = map.find("class").map(promised -> promised.oneOf(SERVICE)).filter(
            Task.ServiceClass.BEST_EFFORT::equals).isPresent();
        final Optional<YamlValue> period = bestEffort ? map.find("period")
            : Optional.of(map.need("period", "'period: 250ms', or, for a task that runs whenever nothing else does, 'class: best-effort'"));
        final List<SegmentLine> segments = segments(map.need("segments", "'segments: [{device: cpu0, wcet: 3ms}]'"), name);
        final Optional<ModelSource> model = map.find("model").map(source -> models.read(source, segments.size()));
        final Optional<YamlValue> stream = map.find("stream");
        final Optional<TaskMemory> memory = streaming(stream, memory(map.find("memory"), stream, name, model, segments));
        map.find("menu").ifPresent(menu -> menus.put(name, SramMenuTable.read(models.existing(menu))));
        set.task(name, task -> {
            period.ifPresent(given -> task.periodNs(given.durationNs()));
            task.offsetNs(map.durationNs("offset", 0)).jitterNs(map.durationNs("jitter", 0));
            map.find("deadline").ifPresent(deadline -> task.deadlineNs(deadline.durationNs()));
            map.find("release").ifPresent(release -> task.release(release.oneOf(RELEASE)));
            map.find("priority").ifPresent(priority -> task.priority((int) priority.integer(1, Integer.MAX_VALUE - 1)));
            map.find("onOverrun").ifPresent(action -> task.onOverrun(action.oneOf(OVERRUN)));
            map.find("onBacklog").ifPresent(action -> task.onBacklog(action.oneOf(BACKLOG)));
            map.find("class").ifPresent(promised -> task.serviceClass(promised.oneOf(SERVICE)));
            memory.ifPresent(task::memory);
            addSegments(task, name, model, segments);
            model.map(network -> asMeasured(name, network)).ifPresent(task::model);
            final List<BoundaryLine> given = new ArrayList<>();
            map.find("boundaries").ifPresent(list -> list.list().forEach(entry -> given.add(boundary(entry, segments.size()))));
            converted(name, model, segments, given).forEach(task::boundary);
            map.find("reclaim").ifPresent(budget -> task.reclaim(reclaim(budget)));
            map.find("remote").ifPresent(peer -> task.remote(remote(peer)));
        });
    }

    private List<SegmentLine> segments(final YamlValue value, final String task) {
        final List<SegmentLine> segments = new ArrayList<>();
        for (final YamlValue element : value.list()) {
            if (segments.size() == Limits.MAX_SEGMENTS_PER_TASK) {
                throw element.error("more segments than the tables hold; the most is " + Limits.MAX_SEGMENTS_PER_TASK);
            }
            if (element.peek("variants").isPresent()) {
                final YamlMap map = element.map(FileSection.OPEN_SEGMENT);
                final List<NamedVariant> variants = map.need("variants", "'variants: [{device: cpu0, wcet: 3ms}]'").list().stream()
                    .map(way -> variant(way.map(FileSection.VARIANT))).toList();
                segments.add(new SegmentLine(element, variants, Optional.empty(), Optional.empty(), false, List.of()));
            } else {
                final YamlMap map = element.map(FileSection.SEGMENT);
                final NamedVariant way = variant(map);
                final int index = segments.size();
                final List<Segment.Level> levels = map.find("levels").map(sizes -> levels(sizes, task, index, way)).orElse(List.of());
                if (!levels.isEmpty() && way.wcetNs() != Segment.UNMEASURED) {
                    throw element.error("the WCET of the first of the 'levels' is the segment's; remove 'wcet'");
                }
                segments.add(new SegmentLine(element, List.of(levels.isEmpty() ? way : new NamedVariant(
                    way.device(), way.precision(), levels.getFirst().wcetNs(), way.loss(), way.actual())),
                    map.find("offer").map(offer -> offer.map(FileSection.OFFER)),
                    map.find("preemptable").map(may -> may.oneOf(DeviceReader.YES_NO)),
                    map.find("part").map(part -> part.oneOf(PARTS)).orElse(false), levels));
            }
        }
        return segments;
    }

    private List<Segment.Level> levels(final YamlValue value, final String task, final int segment, final NamedVariant way) {
        if (value.list().isEmpty()) {
            throw value.error("levels: a segment has at least one size; name it, or remove the key");
        }
        final List<Segment.Level> levels = new ArrayList<>();
        for (final YamlValue element : value.list()) {
            final YamlMap map = element.map(FileSection.LEVEL);
            final Optional<ModelSource> model = map.find("model").map(models::readWithoutStarts);
            final String name = Task.levelName(task, segment, levels.size());
            final long wcetNs = map.has("wcet") || model.isEmpty() ? wcetNs(map.need("wcet", "'wcet: 3ms', or a model of its own"))
                : measured(element, way, name, model.get(), 0);
            levels.add(new Segment.Level(wcetNs, map.find("gain").map(YamlValue::decimal).orElse(0.0), model));
        }
        return levels;
    }

    private static long wcetNs(final YamlValue wcet) {
        final long ns = wcet.durationNs();
        if (ns == 0) {
            throw wcet.error("wcet: the time must be above 0");
        }
        return ns;
    }

    private static NamedVariant variant(final YamlMap map) {
        long wcetNs = Segment.UNMEASURED;
        if (map.has("wcet")) {
            wcetNs = wcetNs(map.need("wcet", "'wcet: 3ms'"));
        }
        return new NamedVariant(map.need("device", "'device: cpu0'").text(),
            map.find("precision").map(precision -> precision.oneOf(PRECISION)).orElse(Precision.FP32), wcetNs,
            map.find("loss").map(YamlValue::decimal).orElse(UNTOLD_LOSS),
            map.find("actual").map(TaskReader::actual).orElse(ActualTime.WCET));
    }

    private static BoundaryLine boundary(final YamlValue value, final int segments) {
        final YamlMap map = value.map(FileSection.BOUNDARY);
        final YamlValue to = map.need("to", "'to: 1', the segment that takes the tensor, or 'to: output'");
        final int taker = to.text().strip().equals("output") ? segments : (int) to.integer(0, segments);
        final int maker = map.find("from").map(from -> from.text().strip().equals("input") ? Boundary.INPUT
            : (int) from.integer(0, segments)).orElse(taker - 1);
        return new BoundaryLine(new Boundary(maker, taker, map.durationNs("toHost", 0), map.durationNs("toDevice", 0),
            map.durationNs("quantise", 0), map.durationNs("dequantise", 0)),
            Stream.of("toHost", "toDevice", "quantise", "dequantise").filter(map::has).collect(Collectors.toSet()));
    }

    /** The boundaries of the file; costs that it does not tell are those that were measured. */
    private List<Boundary> converted(
        final String name, final Optional<ModelSource> model, final List<SegmentLine> segments, final List<BoundaryLine> given) {
        final List<Boundary> all = new ArrayList<>(given.stream().map(BoundaryLine::boundary).toList());
        if (model.isEmpty() || sidecar == null || segments.stream().allMatch(segment -> segment.variants().size() == 1)) {
            return all;
        }
        for (final Boundary measured : sidecar.boundaries(name, model.get())) {
            final BoundaryLine known = given.stream()
                .filter(line -> line.boundary().from() == measured.from() && line.boundary().to() == measured.to()).findFirst()
                .orElse(new BoundaryLine(measured, Set.of()));
            final Boundary told = known.boundary();
            all.remove(told);
            all.add(new Boundary(told.from(), told.to(), known.cost("toHost", told.toHostNs(), measured.toHostNs()),
                known.cost("toDevice", told.toDeviceNs(), measured.toDeviceNs()),
                known.cost("quantise", told.quantiseNs(), measured.quantiseNs()),
                known.cost("dequantise", told.dequantiseNs(), measured.dequantiseNs())));
        }
        return all;
    }

    private static Reclaim reclaim(final YamlValue value) {
        final YamlMap map = value.map(FileSection.RECLAIM);
        final long timeNs = map.need("gpuTime", "'gpuTime: 4ms'").durationNs();
        return new Reclaim(timeNs, (int) map.need("substitutions", "'substitutions: 3'").integer(1, Limits.MAX_SEGMENTS_PER_TASK),
            map.durationNs("largest", timeNs));
    }

    private static Task.Remote remote(final YamlValue value) {
        final YamlMap map = value.map(FileSection.REMOTE);
        return new Task.Remote(map.need("peer", "'peer: 10.0.0.2:40123'").text(), map.need("tau", "'tau: 20ms'").durationNs(),
            map.find("gain").map(YamlValue::decimal).orElse(1.0), map.find("localGain").map(YamlValue::decimal).orElse(0.0));
    }

    private static ActualTime actual(final YamlValue value) {
        if (!value.isMap()) {
            final double share = value.decimal();
            return new ActualTime(share, share);
        }
        final YamlValue uniform = value.map(FileSection.ACTUAL).need("uniform", "'uniform: [0.7, 1.0]'");
        final List<YamlValue> ends = uniform.list();
        if (ends.size() != 2) {
            throw uniform.error("uniform needs two shares of the WCET, such as [0.7, 1.0]");
        }
        return new ActualTime(ends.get(0).decimal(), ends.get(1).decimal());
    }

    /** The network cut where it was when its segments were measured, unless the file itself says where. */
    private ModelSource asMeasured(final String task, final ModelSource network) {
        return used.contains(task) && network.starts().isEmpty() ? sidecar.find(task, network).flatMap(WcetSidecar.TaskWcet::provenance)
            .map(of -> network.withStarts(of.starts())).orElse(network) : network;
    }

    /** What a person wrote, or what was measured, which a person's is not below. */
    private Optional<TaskMemory> memory(final Optional<YamlValue> value, final Optional<YamlValue> stream, final String name,
        final Optional<ModelSource> model, final List<SegmentLine> segments) {
        final boolean holdsNetwork = model.isPresent() && segments.stream().flatMap(segment -> segment.variants().stream())
            .anyMatch(variant -> withMemory.contains(variant.device()));
        final Optional<WcetSidecar.NetworkMemory> measured = holdsNetwork && !unmeasuredAllowed
            ? findSidecar().flatMap(known -> known.memory(name, model.get())) : Optional.empty();
        measured.ifPresent(known -> used.add(name));
        if (value.isEmpty() && (stream.isEmpty() || measured.isPresent())) {
            return measured.map(known -> known.toTask(OptionalLong.empty(), segments.size()));
        }
        if (value.isEmpty() && !holdsNetwork) {
            throw stream.get().error("stream: nothing is known of the memory of '" + name + "'; write 'memory: {constants: [12MiB, 8MiB]}',"
                + " one size a segment");
        }
        final Optional<YamlMap> written = value.map(any -> any.map(FileSection.MEMORY));
        if (holdsNetwork && written.stream().noneMatch(MemoryReader::saysSizes)) {
            final OptionalLong swapBytes = written.isEmpty() || stream.isPresent() && !written.get().has("swap") ? OptionalLong.empty()
                : OptionalLong.of(written.get().need("swap", "'swap: 8MiB', how much may be out at once").sizeBytes());
            if (measured.isEmpty() && !unmeasuredAllowed) {
                remember(value.or(() -> stream).get().error("the memory of '" + name + "' was not measured for this model; measure it:"
                    + " tactus profile " + ShellWord.of(taskSetFile) + ", or write 'footprint: 64MiB'"));
            }
            return Optional.of(measured.map(known -> known.toTask(swapBytes, segments.size()))
                .orElseGet(() -> new TaskMemory(Math.max(1, swapBytes.orElse(0)), swapBytes, Optional.empty())));
        }
        final TaskMemory told = MemoryReader.read(value.get(), models::existing);
        measured.filter(known -> !known.fitsInto(told)).ifPresent(known -> {
            throw value.get().error("memory: the network of '" + name + "' needs 'footprint: " + Sizes.exact(known.footprintBytes())
                + ", scratch: " + Sizes.exact(known.scratchBytes()) + ", state: " + Sizes.exact(known.stateBytes())
                + "', as measured; write that, or remove these keys and keep 'swap'");
        });
        return Optional.of(told);
    }

    private static Optional<TaskMemory> streaming(final Optional<YamlValue> stream, final Optional<TaskMemory> memory) {
        return stream.isEmpty() ? memory : memory.map(own -> own.withStreamBytes(OptionalLong.of(stream.get().sizeBytes())));
    }

    private void addSegments(final TaskBuilder task, final String name, final Optional<ModelSource> model,
        final List<SegmentLine> segments) {
        for (int i = 0; i < segments.size(); i++) {
            final SegmentLine segment = segments.get(i);
            final List<NamedVariant> variants = new ArrayList<>();
            for (final NamedVariant variant : segment.variants()) {
                final boolean isLevelNetwork = !segment.levels().isEmpty() && segment.levels().getFirst().model().isPresent();
                if (variant.wcetNs() == Segment.UNMEASURED && model.isEmpty() && !isLevelNetwork) {
                    throw segment.at().error("key 'wcet' is missing; add 'wcet: 3ms', or a model to the task");
                }
                final long wcetNs = variant.wcetNs() != Segment.UNMEASURED || model.isEmpty() ? variant.wcetNs()
                    : measured(segment.at(), variant, name, model.get(), i);
                variants.add(new NamedVariant(variant.device(), variant.precision(), wcetNs, loss(variant, name, model, i),
                    variant.actual()));
            }
            task.segment(variants);
            segment.offer().ifPresent(offer -> task.offer(offer.need("device", "'device: gpu0'").text(),
                offer.need("wcet", "'wcet: 3ms'").durationNs()));
            segment.preemptable().ifPresent(task::preemptable);
            task.levels(segment.optional(), segment.levels());
        }
    }

    /** What the file tells, else what was measured beside the time that is taken, else nothing. */
    private double loss(final NamedVariant variant, final String name, final Optional<ModelSource> model, final int index) {
        final boolean told = !Double.isNaN(variant.loss());
        return told ? variant.loss() : !used.contains(name) || variant.wcetNs() != Segment.UNMEASURED ? 0.0
            : sidecar.loss(name, model.orElseThrow(), index, variant).orElse(0.0);
    }

    private long measured(
        final YamlValue at, final NamedVariant variant, final String name, final ModelSource model, final int index) {
        if (unmeasuredAllowed) {
            return Segment.UNMEASURED; // what stands in an older file is measured anew
        }
        final OptionalLong known =
            findSidecar().map(found -> found.wcetNs(name, model, index, variant)).orElse(OptionalLong.empty());
        if (known.isEmpty()) {
            remember(at.error("segment " + index + " of '" + name + "' has no WCET for this model on " + variant.device()
                + (variant.precision() == Precision.FP32 ? "" : " in " + variant.precision().text()) + "; measure it: tactus profile "
                + ShellWord.of(taskSetFile)));
            return Segment.UNMEASURED;
        }
        used.add(name);
        return known.getAsLong();
    }

    private Optional<WcetSidecar> findSidecar() {
        final Path beside = WcetSidecarFile.beside(taskSetFile);
        if (sidecar == null && Files.exists(beside)) {
            sidecar = WcetSidecarFile.read(beside);
        }
        return Optional.ofNullable(sidecar);
    }
}
