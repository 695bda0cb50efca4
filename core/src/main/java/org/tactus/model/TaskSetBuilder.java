// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.tactus.internal.time.Durations;

/**
 * Builds and checks a {@link TaskSet}. Programs and the file reader both use it, so the same rules hold for both. Not thread-safe.
 *
 * <p>Every rule that a set can break is checked in {@link #build()}, which names the field at fault.
 */
public final class TaskSetBuilder {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    private final String name;
    private final List<DeviceSpec> devices = new ArrayList<>();
    private final List<TaskBuilder> tasks = new ArrayList<>();
    private PolicyKind policy = PolicyKind.FIXED_PRIORITY;
    private Overheads overheads = Overheads.NONE;

    TaskSetBuilder(final String name) {
        this.name = name;
    }

    /**
     * Sets the policy; fixed priority without it.
     *
     * @param kind how ready jobs are ordered
     * @return this
     */
    public TaskSetBuilder policy(final PolicyKind kind) {
        policy = kind;
        return this;
    }

    /**
     * Sets what the machine adds; nothing without it.
     *
     * @param value worst cases
     * @return this
     */
    public TaskSetBuilder overheads(final Overheads value) {
        overheads = value;
        return this;
    }

    /**
     * Adds a device.
     *
     * @param device the device
     * @return this
     */
    public TaskSetBuilder device(final DeviceSpec device) {
        devices.add(device);
        return this;
    }

    /**
     * Adds a task.
     *
     * @param taskName   its name
     * @param definition fills it in
     * @return this
     */
    public TaskSetBuilder task(final String taskName, final Consumer<TaskBuilder> definition) {
        final TaskBuilder task = new TaskBuilder(taskName);
        definition.accept(task);
        tasks.add(task);
        return this;
    }

    /**
     * Checks everything and makes the set.
     *
     * @return the set
     * @throws InvalidTaskSetException at the first rule that is broken
     */
    public TaskSet build() {
        check(NAME.matcher(name).matches(), "name", "'" + name + "' is not a name; use 1 to 64 of A-Z a-z 0-9 _ . -");
        checkOverheads();
        final Platform platform = platform();
        check(!tasks.isEmpty(), "tasks", "there is no task; give at least one");
        check(tasks.size() <= Limits.MAX_TASKS, "tasks[" + Limits.MAX_TASKS + "]",
            tasks.size() + " tasks are more than the tables hold; the most is " + Limits.MAX_TASKS);
        final Map<String, Integer> names = new HashMap<>();
        final List<Task> built = new ArrayList<>(tasks.size());
        int segmentCount = 0;
        for (int i = 0; i < tasks.size(); i++) {
            final TaskBuilder task = tasks.get(i);
            final String at = "tasks[" + i + "]";
            check(NAME.matcher(task.name).matches(), at + ".name",
                "'" + task.name + "' is not a task name; use 1 to 64 of A-Z a-z 0-9 _ . -");
            final Integer earlier = names.put(task.name, i);
            check(earlier == null, at + ".name", "two tasks are named '" + task.name + "'; names must differ");
            built.add(task(task, at, platform));
            segmentCount += task.segments.size();
            check(segmentCount <= Limits.MAX_SEGMENTS, at + ".segments",
                "the set has more segments than the tables hold; the most is " + Limits.MAX_SEGMENTS);
        }
        LevelChecks.check(platform, built);
        return new TaskSet(name, policy, overheads, platform, built);
    }

    private void checkOverheads() {
        time(overheads.releaseJitterNs(), 0, "overheads.releaseJitter");
        time(overheads.sporadicJitterNs(), 0, "overheads.sporadicJitter");
        time(overheads.dispatchNs(), 0, "overheads.dispatch");
        time(overheads.dispatchPerTaskNs(), 0, "overheads.dispatchPerTask");
        time(overheads.handOffNs(), 0, "overheads.handOff");
        time(overheads.completionNs(), 0, "overheads.completion");
        time(overheads.preemptionNs(), 0, "overheads.preemption");
        time(overheads.childCallNs(), 0, "overheads.childCall");
        time(overheads.stallNs(), 0, "overheads.stall");
    }

    private Platform platform() {
        check(!devices.isEmpty(), "platform.devices", "there is no device; give at least one");
        check(devices.size() <= Limits.MAX_DEVICES, "platform.devices[" + Limits.MAX_DEVICES + "]",
            devices.size() + " devices are more than the tables hold; the most is " + Limits.MAX_DEVICES);
        final Map<String, Integer> names = new HashMap<>();
        for (int i = 0; i < devices.size(); i++) {
            final DeviceSpec device = devices.get(i);
            final String at = "platform.devices[" + i + "]";
            check(NAME.matcher(device.name()).matches(), at + ".name",
                "'" + device.name() + "' is not a device name; use 1 to 64 of A-Z a-z 0-9 _ . -");
            check(names.put(device.name(), i) == null, at + ".name",
                "two devices are named '" + device.name() + "'; names must differ");
            check(!device.isPreemptive() || device.kind() == DeviceKind.CPU, at + ".preemption",
                "only a cpu device is preempted within a segment; remove the key");
            check(device.process() == DeviceSpec.LibraryProcess.OWN || device.kind() == DeviceKind.EDGETPU, at + ".process",
                "only an edgetpu device's library can run in a child process; remove the key");
            check(!device.isPreemptive() || device.cores().size() <= 1, at + ".cores", "'" + device.name()
                + "' is preempted within segments, and so has one core, on which all its threads run; name one");
            for (int c = 0; c < device.cores().size(); c++) {
                check(device.cores().get(c) >= 0 && device.cores().get(c) < 1024, at + ".cores[" + c + "]",
                    "core " + device.cores().get(c) + " does not exist; cores count from 0");
            }
            device.memory().ifPresent(memory -> checkMemory(memory, at));
        }
        checkCores();
        return new Platform(devices);
    }

    /**
     * Refuses that a dispatcher waits inside another's segment: on the core of a device that holds its dispatcher for a whole segment no
     * other dispatcher may run. The other way out, a dispatcher that preempts segments, would make their times depend on how often it
     * looks at its device, which no test charges.
     */
    private void checkCores() {
        for (int i = 0; i < devices.size(); i++) {
            final DeviceSpec device = devices.get(i);
            for (final DeviceSpec earlier : devices.subList(0, i)) {
                final boolean holds = Platform.holdsItsCores(device) || Platform.holdsItsCores(earlier);
                for (final int core : device.cores()) {
                    check(!holds || !earlier.cores().contains(core), "platform.devices[" + i + "].cores", "core " + core
                        + " is taken by '" + earlier.name() + "'; each " + (device.kind() == DeviceKind.CPU
                            || earlier.kind() == DeviceKind.CPU ? "cpu device" : "Edge TPU") + " needs cores of its own");
                }
            }
        }
    }

    private void checkMemory(final DeviceMemory memory, final String at) {
        check(memory.capacityBytes() > 0, at + ".memory", "the capacity must be above 0");
        check(memory.chunkBytes() > 0 && memory.chunkBytes() <= memory.capacityBytes(), at + ".chunk",
            "the chunk must be above 0 and at most the memory");
        time(memory.chunkInNs(), 0, at + ".chunkIn");
        time(memory.chunkOutNs(), 0, at + ".chunkOut");
        time(memory.chunkReadNs(), 0, at + ".chunkRead");
        time(memory.swapInOverheadNs(), 0, at + ".swapInOverhead");
        time(memory.swapOutOverheadNs(), 0, at + ".swapOutOverhead");
        time(memory.chunkDropNs(), 0, at + ".chunkDrop");
        check(memory.chunkDropNs() <= memory.chunkOutNs(), at + ".chunkDrop",
            "to drop a chunk must take at most as long as to copy it out, chunkOut");
        memory.duplex().ifPresent(both -> checkDuplex(memory, both, at));
    }

    private static void checkDuplex(final DeviceMemory memory, final DeviceMemory.Duplex both, final String at) {
        time(both.inNs(), 0, at + ".duplexIn");
        time(both.outNs(), 0, at + ".duplexOut");
        time(both.dropNs(), 0, at + ".duplexDrop");
        check(memory.protocol() == SwapProtocol.SEQ, at + ".duplexIn",
            "only 'protocol: seq' moves chunks both ways at once; remove duplexIn, duplexOut and duplexDrop, or write that");
        check(both.inNs() >= memory.chunkInNs(), at + ".duplexIn",
            "duplexIn: beside a chunk that goes out one cannot come in sooner than alone; write chunkIn's time or more");
        check(both.outNs() >= memory.chunkOutNs(), at + ".duplexOut",
            "duplexOut: beside a chunk that comes in one cannot go out sooner than alone; write chunkOut's time or more");
        check(both.dropNs() >= memory.chunkDropNs() && both.dropNs() <= both.outNs(), at + ".duplexDrop",
            "duplexDrop: to drop a chunk beside one that comes in takes at least chunkDrop and at most duplexOut; write such a time");
    }

    private Task task(final TaskBuilder task, final String at, final Platform platform) {
        final boolean bestEffort = task.serviceClass == Task.ServiceClass.BEST_EFFORT;
        final boolean alwaysReady = AlwaysReadyChecks.isAlwaysReady(task, at);
        final long periodNs = alwaysReady ? Task.NO_PERIOD : task.periodNs;
        time(periodNs, 1, at + ".period");
        check(!bestEffort || task.deadlineNs == -1, at + ".deadline",
            "a best-effort task has no deadline; remove the key, or write 'class: hard'");
        check(!bestEffort || task.priority == Task.NO_PRIORITY, at + ".priority",
            "a best-effort task ranks below all hard ones; remove the key, or write 'class: hard'");
        final long hardNs = task.deadlineNs == -1 ? periodNs : task.deadlineNs;
        final long deadlineNs = bestEffort ? Task.NO_DEADLINE : hardNs;
        time(deadlineNs, 1, at + ".deadline");
        check(bestEffort || deadlineNs <= periodNs, at + ".deadline",
            "the deadline of '" + task.name + "' (" + Durations.exact(deadlineNs) + ") is beyond its period ("
                + Durations.exact(periodNs) + "); it must be at most the period");
        time(task.offsetNs, 0, at + ".offset");
        time(task.jitterNs, 0, at + ".jitter");
        check(task.jitterNs <= periodNs, at + ".jitter", "the jitter is beyond the period; it must be at most the period");
        check(task.priority >= 1, at + ".priority", "priority " + task.priority + " does not exist; 1 is the highest");
        check(!task.segments.isEmpty(), at + ".segments", "task '" + task.name + "' has no segment; give at least one");
        check(task.segments.size() <= Limits.MAX_SEGMENTS_PER_TASK, at + ".segments",
            task.segments.size() + " segments are more than the tables hold; the most is " + Limits.MAX_SEGMENTS_PER_TASK);
        task.model.ifPresent(model -> check(model.cuts() == task.segments.size(), at + ".segments",
            "the model of '" + task.name + "' is cut into " + model.cuts() + " but " + task.segments.size()
                + " segments name a device; the numbers must be equal"));
        task.memory.ifPresent(memory -> checkTaskMemory(memory, at));
        final SegmentChecks checks = new SegmentChecks(task, at, platform);
        final long tauNs = RemoteChecks.tauNs(task, deadlineNs, at);
        final Task built = new Task(task.name, periodNs, deadlineNs - tauNs, task.offsetNs + tauNs, task.jitterNs,
            alwaysReady ? Release.AT_COMPLETION : task.release, task.priority, task.onOverrun, task.onBacklog, task.memory, task.model,
            checks.segments(), checks.choices(), task.reclaim, task.serviceClass, task.remote);
        new SwapChecks(built, at, platform).check();
        return built;
    }

    private void checkTaskMemory(final TaskMemory memory, final String at) {
        check(memory.footprintBytes() > 0, at + ".memory.footprint", "the footprint must be above 0");
        final OptionalLong swap = memory.swapBytes();
        check(swap.isEmpty() || swap.getAsLong() >= 0 && swap.getAsLong() <= memory.footprintBytes(), at + ".memory.swap",
            "the swap volume must be from 0 to the footprint");
        check(memory.scratchBytes() >= 0 && memory.scratchBytes() <= memory.footprintBytes(), at + ".memory.scratch",
            "the scratch must be from 0 to the footprint");
        check(memory.stateBytes() >= 0 && memory.stateBytes() <= memory.footprintBytes() - memory.scratchBytes(), at + ".memory.state",
            "the state must be from 0 to the footprint without the scratch");
    }

    static void time(final long ns, final long leastNs, final String field) {
        check(ns >= leastNs, field, ns < 0 ? "a time cannot be negative" : "the time must be above 0");
        check(ns <= Limits.MAX_TIME_NS, field,
            Durations.exact(ns) + " is too long; the longest time is " + Durations.exact(Limits.MAX_TIME_NS));
    }

    static void check(final boolean good, final String field, final String message) {
        if (!good) {
            throw new InvalidTaskSetException(field, message);
        }
    }
}
