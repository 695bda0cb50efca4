// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A task set: tasks that are scheduled together, the platform that they run on, and the policy.
 *
 * @param name      for reports
 * @param policy    how every device orders its ready jobs
 * @param overheads what the machine adds
 * @param platform  the machine
 * @param tasks     in file order
 */
public record TaskSet(String name, PolicyKind policy, Overheads overheads, Platform platform, List<Task> tasks) {

    public TaskSet {
        tasks = List.copyOf(tasks);
    }

    /**
     * Orders two tasks by the fixed-priority order: hard ones before best-effort ones, then priority, deadline and file order.
     *
     * @param i a task's index
     * @param j another task's index
     * @return negative when i ranks higher
     */
    public int compareFixedPriority(final int i, final int j) {
        final Task a = tasks.get(i);
        final Task b = tasks.get(j);
        if (a.isBestEffort() != b.isBestEffort()) {
            return a.isBestEffort() ? 1 : -1;
        }
        if (a.priority() != b.priority()) {
            return Integer.compare(a.priority(), b.priority());
        }
        if (a.deadlineNs() != b.deadlineNs()) {
            return Long.compare(a.deadlineNs(), b.deadlineNs());
        }
        return Integer.compare(i, j);
    }

    /**
     * The ranks under fixed priority: on a preemptive device a job takes the processor from one of a lower rank at any
     * time, and from one of its own rank only between segments, by the order of the tasks. Tasks of equal priority and equal deadline
     * have the same rank, and so have all best-effort tasks, which have the lowest one.
     *
     * @return a rank a task, from 0, the highest; no number is left out
     */
    public int[] ranks() {
        final List<Integer> order = IntStream.range(0, tasks.size()).boxed().sorted(this::compareFixedPriority).toList();
        final int[] ranks = new int[tasks.size()];
        int rank = 0;
        for (int place = 0; place < ranks.length; place++) {
            if (place > 0) {
                final Task higher = tasks.get(order.get(place - 1));
                final Task task = tasks.get(order.get(place));
                final boolean same = higher.serviceClass() == task.serviceClass() && (task.isBestEffort()
                    || higher.priority() == task.priority() && higher.deadlineNs() == task.deadlineNs());
                rank += same ? 0 : 1;
            }
            ranks[order.get(place)] = rank;
        }
        return ranks;
    }

    /**
     * Makes a task for the devices of this set, such as one that is added while the set runs. The set stays as it is.
     *
     * @param taskName   its name
     * @param definition fills it in
     * @return the task
     * @throws InvalidTaskSetException at the first rule that is broken
     */
    public Task task(final String taskName, final Consumer<TaskBuilder> definition) {
        final TaskSetBuilder builder = new TaskSetBuilder(name).policy(policy).overheads(overheads);
        platform.devices().forEach(builder::device);
        return builder.task(taskName, definition).build().tasks().getFirst();
    }

    /**
     * Starts a task set.
     *
     * @param name for reports
     * @return a builder
     */
    public static TaskSetBuilder builder(final String name) {
        return new TaskSetBuilder(name);
    }

    /**
     * Tells whether tasks are swapped in and out of a device's memory.
     *
     * @param device index of the device
     * @return true when a task with a segment on it names a swap volume above 0 or streams
     */
    public boolean swapsOn(final int device) {
        return platform.devices().get(device).memory().isPresent() && tasks.stream().anyMatch(
            task -> task.memory().isPresent() && task.memory().get().isSwapped()
                && task.segments().stream().anyMatch(segment -> segment.device() == device));
    }

    /**
     * The longest that a dispatcher takes from a decision until the segment runs: a fixed part, a part for each job that may arrive
     * between two starts of segments on the devices of its thread, and the call of a child process where the device's library runs in
     * one, way back included. Ours; {@code docs/proofs/schedulability.md} proves that no more can arrive.
     *
     * @param device index of the device
     * @return nanoseconds; {@code Long.MAX_VALUE} when the sum is beyond it
     */
    public long dispatchNs(final int device) {
        final long eachNs = overheads.dispatchPerTaskNs();
        final long fixedNs = sum(overheads.dispatchNs(), callNs(device));
        if (eachNs == 0) {
            return fixedNs;
        }
        long arrivals = 0;
        final BitSet together = platform.sharingThread(device);
        for (final Task task : tasks) {
            for (int other = together.nextSetBit(0); other >= 0; other = together.nextSetBit(other + 1)) {
                arrivals += task.arrivalsOn(other);
                if (task.isBestEffort() && !task.isAlwaysReady() && task.segments().getFirst().device() == other) {
                    arrivals += 2 + longestWcetNs(together) / task.periodNs(); // releases behind a job that is late
                }
            }
        }
        return arrivals != 0 && eachNs > (Long.MAX_VALUE - fixedNs) / arrivals ? Long.MAX_VALUE : fixedNs + arrivals * eachNs;
    }

    private long callNs(final int device) {
        return platform.devices().get(device).process() == DeviceSpec.LibraryProcess.CHILD ? overheads.childCallNs() : 0;
    }

    private long longestWcetNs(final BitSet devices) {
        long longestNs = 0;
        for (final Task task : tasks) {
            for (final Segment segment : task.segments()) {
                longestNs = devices.get(segment.device()) ? Math.max(longestNs, segment.wcetNs()) : longestNs;
            }
        }
        return longestNs;
    }

    /**
     * What the machine adds to every job, as analyses and the simulator charge it. Where several dispatchers take turns in one thread, each
     * look at a device waits until the others have noted an end and started a segment: that turn is part of the jitters, the
     * hand-over and the completion.
     *
     * @return the overheads, with the longest turn added; dispatch is {@link #dispatchNs}
     */
    public Overheads charged() {
        long turnNs = 0;
        for (int device = 0; device < platform.devices().size(); device++) {
            final BitSet others = platform.sharingThread(device);
            others.clear(device);
            long sumNs = 0;
            for (int other = others.nextSetBit(0); other >= 0; other = others.nextSetBit(other + 1)) {
                sumNs = sum(sumNs, sum(dispatchNs(other), overheads.completionNs()));
            }
            turnNs = Math.max(turnNs, sumNs);
        }
        return turnNs == 0 ? overheads : new Overheads(sum(overheads.releaseJitterNs(), turnNs), sum(overheads.sporadicJitterNs(), turnNs),
            overheads.dispatchNs(), overheads.dispatchPerTaskNs(), sum(overheads.handOffNs(), turnNs),
            sum(overheads.completionNs(), turnNs), overheads.preemptionNs(), overheads.childCallNs(), overheads.stallNs(),
            overheads.supply());
    }

    /**
     * The set on a platform whose accelerators' dispatchers may all use the same cores, and so run in one thread.
     *
     * @return a copy; without cores to share, nothing tells the analyses of the turns
     */
    public TaskSet withSharedThread() {
        final List<Integer> cores = platform.devices().stream().filter(device -> !Platform.holdsItsCores(device))
            .flatMap(device -> device.cores().stream()).distinct().toList();
        return new TaskSet(name, policy, overheads, new Platform(platform.devices().stream().map(device -> Platform.holdsItsCores(device)
            ? device : new DeviceSpec(device.name(), device.kind(), cores, device.driver(), device.index(), device.memory(),
                device.sramBytes(), device.link()).withCompute(device.compute())).toList()), tasks);
    }

    /**
     * How long after the end of a task's own jitter the machine may see a release or an arrival. The thread of a level on a preemptive
     * device sleeps until the release, for it would take the processor from lower levels if it looked again and again: it is charged what a
     * dispatcher takes to wake.
     *
     * @param task one for this set's platform
     * @return nanoseconds
     */
    public long machineJitterNs(final Task task) {
        final Overheads machine = charged();
        final long ns = machine.jitterNs(task.release());
        return platform.devices().get(task.segments().getFirst().device()).isPreemptive() ? Math.max(ns, machine.sporadicJitterNs()) : ns;
    }

    /** Neither is negative. */
    private static long sum(final long oneNs, final long otherNs) {
        return oneNs > Long.MAX_VALUE - otherNs ? Long.MAX_VALUE : oneNs + otherNs;
    }

    /**
     * What the machine adds on one device, whose dispatch no longer depends on the number of tasks.
     *
     * @param device index of the device
     * @return {@link #charged} with {@link #dispatchNs} in place of the parts of dispatch; a call of a child process, which it
     *         holds, stands beside it where there is one
     */
    public Overheads overheadsOn(final int device) {
        final Overheads all = charged();
        return new Overheads(all.releaseJitterNs(), all.sporadicJitterNs(), dispatchNs(device), 0, all.handOffNs(), all.completionNs(),
            all.preemptionNs(), callNs(device), all.stallNs(), all.supply());
    }

    /**
     * The cores whose stalls hold up the dispatcher of a device: those on which it may run, and with it all that take turns with it in one
     * thread.
     *
     * @param device index of the device
     * @return cores, as the supply of the overheads counts them
     */
    public Set<Integer> stalledCores(final int device) {
        final Set<Integer> cores = new TreeSet<>();
        platform.sharingThread(device).stream().forEach(
            other -> cores.addAll(overheads.supply().coresOf(platform.devices().get(other).cores(), other)));
        return cores;
    }

    /**
     * Whether a segment on a device can run in several sizes.
     *
     * @param device index of the device
     * @return true when one has more than one level
     */
    public boolean hasLevels(final int device) {
        return tasks.stream().flatMap(task -> task.segments().stream())
            .anyMatch(segment -> segment.device() == device && segment.levels().size() > 1);
    }

    /**
     * Where a segment of a network stands in the set, for messages.
     *
     * @param network a task of this set, or the network of a level of one
     * @param segment index in it, from 0
     * @return such as {@code tasks[0].segments[1]}; without the task when it is not in the set
     */
    public String fieldOf(final Task network, final int segment) {
        for (int i = 0; i < tasks.size(); i++) {
            final Task task = tasks.get(i);
            if (task.name().equals(network.name())) {
                return "tasks[" + i + "].segments[" + segment + "]";
            }
            for (int j = 0; j < task.segments().size(); j++) {
                for (int k = 0; k < task.segments().get(j).levels().size(); k++) {
                    if (network.name().equals(Task.levelName(task.name(), j, k))) {
                        return "tasks[" + i + "].segments[" + j + "]";
                    }
                }
            }
        }
        return "segments[" + segment + "]";
    }

    /**
     * The share of its time that a device's dispatcher loses to stalls in the long run.
     *
     * @param device index of the device
     * @return from 0
     */
    public double stallRate(final int device) {
        return overheads.allowance().rate() + overheads.supply().of(stalledCores(device)).rate();
    }

    /**
     * The most by which a window of a device's dispatcher can lose more to stalls than {@link #stallRate} of its length.
     *
     * @param device index of the device
     * @return nanoseconds
     */
    public double stallAheadNs(final int device) {
        return overheads.allowance().aheadNs() + overheads.supply().of(stalledCores(device)).aheadNs();
    }

    /**
     * Checks that a job has one segment on a swapping device, or under SEQ and SPE all of its segments. A job that leaves such a device
     * and comes back, or under OVL waits between two segments there, could lose its memory meanwhile, and no sound test is known for that.
     * Nor is one for segments that are offered to such a device, which moves memory while it looks idle.
     *
     * @throws InvalidTaskSetException with the task that is none, or that offers a segment to a device where tasks are swapped
     */
    public void requireUnitsWhereSwapped() {
        for (int i = 0; i < tasks.size(); i++) {
            final Task task = tasks.get(i);
            for (int device = 0; device < platform.devices().size(); device++) {
                final int here = device;
                final long count = task.segments().stream().filter(segment -> segment.device() == here).count();
                final boolean unit = count == task.segments().size()
                    && platform.devices().get(device).memory().map(DeviceMemory::protocol).orElse(SwapProtocol.SEQ) != SwapProtocol.OVL;
                if (count > 1 && !unit && swapsOn(device)) {
                    throw new InvalidTaskSetException("tasks[" + i + "].segments", "task '" + task.name() + "' has " + count
                        + " segments a job on '" + platform.devices().get(device).name() + "', where tasks are swapped, and no bound is"
                        + " proven for a job that leaves there, nor under 'protocol: ovl'; put all its segments there and write"
                        + " 'protocol: seq' or 'protocol: spe', make it one, or give no task a swap volume there");
                }
                if (swapsOn(device) && task.segments().stream().anyMatch(
                    segment -> segment.offer().isPresent() && segment.offer().get().device() == here)) {
                    throw new InvalidTaskSetException("tasks[" + i + "].segments", "task '" + task.name() + "' offers a segment to '"
                        + platform.devices().get(device).name() + "', where tasks are swapped, and no bound is proven for the moves that"
                        + " an offered segment would delay; remove 'offer', or give no task a swap volume there");
                }
            }
        }
    }
}
