// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.tactus.model.Offer;
import org.tactus.model.Overheads;
import org.tactus.model.Reclaim;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * A task set of chains as flat arrays of nanoseconds, overheads included. Index {@code i} of a task is its rank in the chosen
 * order. A <em>run</em> is a maximal row of consecutive segments of a task on one device.
 */
final class ChainModel {
    final TaskSet set;
    /** File index of the task of each rank. */
    final int[] order;
    final int tasks;
    /** Ranks below this one are hard tasks, in the order of priorities; in the file's order {@link #bestEffort} tells. */
    final int hard;
    final boolean[] bestEffort;
    /** Level of preemption of each rank; meaningless under EDF. */
    private final int[] level;
    final int devices;
    /** Whether a device is preempted within segments. */
    final boolean[] preemptive;
    final long[] period;
    final long[] deadline;
    /** Release jitter: the task's own plus the machine's. */
    final long[] jitter;
    /** Stalled time of a window in which a job waits on a device. */
    final StallTime[] here;
    /** By run: stalled time from the request until the run starts or ends, of all dispatchers that the job has met by then. */
    final StallTime[] until;
    /** Dispatch of a segment on device r. */
    private final long[] dispatch;
    private final Overheads machine;
    /** Effective cost of the whole chain. */
    final long[] cost;
    /** Part of {@link #cost} that is overhead. */
    final long[] overhead;
    /** Effective cost of task i on device r, at {@code i * devices + r}. */
    final long[] deviceCost;
    /** The switches back from task i on a preemptive device r, which others pay beside {@link #deviceCost}; at {@code i * devices + r}. */
    final long[] switchBack;
    /** What an empty slot costs that comes home to a preemptive device r, 0 where none does; at {@code i * devices + r}. */
    final long[] wayHome;
    /** Effective cost of the chain up to its last segment on device r, offered ones included; 0 where it does not use r. */
    final long[] prefixCost;
    /** Runs of task i are {@code runFrom[i]} to {@code runFrom[i + 1] - 1}. */
    final int[] runFrom;
    final int[] runDevice;
    /** Effective cost of a run, the hand-over at its front included. */
    final long[] runCost;
    /** The part of a run's last segment that runs without preemption: its cost less a hand-over at its front; 0 on a preemptive device. */
    final long[] runTail;
    /** Hand-over at the front of a run: time from the end of the run before until the job is seen on this device. */
    final long[] runFront;
    /** Device that the single segment of a run may run on instead; -1 when it is not offered. */
    final int[] runOffer;
    /** Devices that task i uses, those that it offers segments to included. */
    final int[][] used;
    /** Ranks of the tasks that use device r, ascending. */
    final int[][] users;
    /** Costs of all segments on device r, those that may run there instead included, largest first. */
    final long[][] layerCost;
    /** Rank of the task of each entry of {@link #layerCost}. */
    final int[][] layerTask;
    /** Whether each entry of {@link #layerCost} runs to its end once started, whoever comes. */
    private final boolean[][] layerWhole;

    private ChainModel(final TaskSet set, final int[] order) {
        this.set = set;
        this.order = order;
        tasks = order.length;
        devices = set.platform().devices().size();
        preemptive = new boolean[devices];
        for (int r = 0; r < devices; r++) {
            preemptive[r] = set.platform().devices().get(r).isPreemptive();
        }
        bestEffort = new boolean[tasks];
        level = new int[tasks];
        final int[] levels = set.ranks();
        int promised = 0;
        for (int i = 0; i < tasks; i++) {
            bestEffort[i] = set.tasks().get(order[i]).isBestEffort();
            level[i] = levels[order[i]];
            promised += bestEffort[i] ? 0 : 1;
        }
        hard = promised;
        switchBack = new long[tasks * devices];
        wayHome = new long[tasks * devices];
        period = new long[tasks];
        deadline = new long[tasks];
        jitter = new long[tasks];
        cost = new long[tasks];
        overhead = new long[tasks];
        deviceCost = new long[tasks * devices];
        prefixCost = new long[tasks * devices];
        runFrom = new int[tasks + 1];
        used = new int[tasks][];
        dispatch = new long[devices];
        Arrays.setAll(dispatch, set::dispatchNs);
        int segments = 0;
        int entries = 0;
        for (final Task task : set.tasks()) {
            segments += task.segments().size();
            entries += task.reclaim().isPresent() ? task.segments().size() : 0;
        }
        entries += segments;
        runDevice = new int[segments];
        runCost = new long[segments];
        runTail = new long[segments];
        runFront = new long[segments];
        runOffer = new int[segments];
        machine = set.charged();
        final long[] costs = new long[entries];
        final int[] onDevice = new int[entries];
        final int[] ofTask = new int[entries];
        final boolean[] whole = new boolean[entries];
        int at = 0;
        for (int i = 0; i < tasks; i++) {
            at = addTask(i, at, costs, onDevice, ofTask, whole);
            if (set.tasks().get(order[i]).reclaim().isPresent()) {
                at = addOffers(i, at, costs, onDevice, ofTask, whole);
            }
        }
        users = new int[devices][];
        layerCost = new long[devices][];
        layerTask = new int[devices][];
        layerWhole = new boolean[devices][];
        for (int r = 0; r < devices; r++) {
            index(r, at, costs, onDevice, ofTask, whole);
        }
        here = new StallTime[devices];
        until = new StallTime[runFrom[tasks]];
        stalls();
    }

    private void stalls() {
        final long lead = StallTime.lead(set);
        if (set.overheads().supply().isNone()) {
            Arrays.fill(here, StallTime.of(set, List.of(), 1));
            Arrays.fill(until, StallTime.of(set, List.of(), lead));
            return;
        }
        Arrays.setAll(here, r -> StallTime.of(set, List.of(r), 1));
        final Map<Set<Integer>, StallTime> known = new HashMap<>();
        for (int i = 0; i < tasks; i++) {
            final Set<Integer> met = new TreeSet<>();
            for (int s = runFrom[i]; s < runFrom[i + 1]; s++) {
                met.add(runDevice[s]);
                if (runOffer[s] >= 0) {
                    met.add(runOffer[s]);
                }
                until[s] = known.computeIfAbsent(Set.copyOf(met), devices -> StallTime.of(set, devices, lead));
            }
        }
    }

    /** Stalled time from the request of a task's job until its last segment starts or ends. */
    StallTime chain(final int rank) {
        return until[runFrom[rank + 1] - 1];
    }

    static ChainModel byPriority(final TaskSet set) {
        return new ChainModel(set, priorityOrder(set));
    }

    static ChainModel byFile(final TaskSet set) {
        return new ChainModel(set, IntStream.range(0, set.tasks().size()).toArray());
    }

    static int[] priorityOrder(final TaskSet set) {
        final int count = set.tasks().size();
        final int[] ranks = new int[count];
        if (count <= 32) {
            for (int i = 0; i < count; i++) {
                int j = i;
                while (j > 0 && set.compareFixedPriority(i, ranks[j - 1]) < 0) {
                    ranks[j] = ranks[j - 1];
                    j--;
                }
                ranks[j] = i;
            }
            return ranks;
        }
        return IntStream.range(0, count).boxed().sorted(set::compareFixedPriority).mapToInt(Integer::intValue).toArray();
    }

    String name(final int rank) {
        return set.tasks().get(order[rank]).name();
    }

    /** What is asked of the busiest device of a rank by the ranks up to a last one. */
    String busiest(final int rank, final int last) {
        double most = -1;
        int where = 0;
        for (final int r : used[rank]) {
            double load = 0;
            for (final int k : users[r]) {
                load += k <= last && !bestEffort[k] ? (double) deviceCost[k * devices + r] / period[k] : 0;
            }
            if (load > most) {
                most = load;
                where = r;
            }
        }
        return Sentences.load(deviceName(where), most);
    }

    String deviceName(final int device) {
        return set.platform().devices().get(device).name();
    }

    /**
     * Whether a segment of a lower rank may hold up a rank: on a preemptive device only one that nothing interrupts, or one of the same
     * level, whose tasks take turns between segments.
     */
    boolean blocks(final int rank, final int device, final int entry) {
        final int owner = layerTask[device][entry];
        return owner > rank && (layerWhole[device][entry] || level[owner] == level[rank]);
    }

    long maxLayerBelow(final int rank, final int device) {
        for (int at = 0; at < layerTask[device].length; at++) {
            if (blocks(rank, device, at)) {
                return layerCost[device][at];
            }
        }
        return 0;
    }

    private int addTask(
        final int rank, final int from, final long[] costs, final int[] onDevice, final int[] ofTask, final boolean[] whole) {
        final Task task = set.tasks().get(order[rank]);
        final List<Segment> chain = task.segments();
        final int home = chain.getFirst().device();
        period[rank] = task.isAlwaysReady() ? 1 : task.periodNs(); // a job of it may be there whenever another task's segment becomes ready
        deadline[rank] = task.deadlineNs();
        jitter[rank] = Saturating.add(task.jitterNs(), set.machineJitterNs(task));
        final int[] seen = new int[Math.min(devices, 2 * chain.size())];
        int kinds = 0;
        int run = runFrom[rank] - 1;
        int at = from;
        for (int j = 0; j < chain.size(); j++) {
            final Segment segment = chain.get(j);
            final int device = segment.device();
            final int offer = offer(task, j);
            final int hops = hops(task, j);
            final long front = Saturating.multiply(hops, machine.handOffNs());
            final long dispatchNs = offer < 0 ? dispatch[device] : Math.max(dispatch[device], dispatch[offer]);
            long tail = Saturating.add(dispatchNs, machine.completionNs());
            if (j == chain.size() - 1 && (device != home || offer >= 0 && offer != home)) {
                tail = Saturating.add(tail, machine.handOffNs());
            }
            overhead[rank] = Saturating.add(overhead[rank], Saturating.add(tail, front));
            tail = Saturating.add(tail, offer < 0 ? segment.wcetNs() : Math.max(segment.wcetNs(), segment.offer().get().wcetNs()));
            final boolean begins = j == 0 || hops > 0;
            final long switched = preemptive[device] ? machine.preemptionNs() : 0;
            final long blocking = Saturating.add(Saturating.add(front, tail), switched);
            final long each = begins ? blocking : blocking - switched;
            overhead[rank] = Saturating.add(overhead[rank], begins ? switched : 0);
            if (begins) {
                run++;
                runDevice[run] = device;
                runFront[run] = front;
                runOffer[run] = offer;
            }
            runCost[run] = Saturating.add(runCost[run], each);
            runTail[run] = preemptive[device] ? 0 : tail;
            cost[rank] = Saturating.add(cost[rank], each);
            final int cell = rank * devices + device;
            switchBack[cell] = Saturating.add(switchBack[cell], begins ? switched : 0);
            kinds = see(seen, kinds, device);
            deviceCost[cell] = Saturating.add(deviceCost[cell], each);
            prefixCost[cell] = cost[rank];
            if (offer >= 0) {
                kinds = see(seen, kinds, offer);
                prefixCost[rank * devices + offer] = cost[rank];
            }
            costs[at] = blocking;
            onDevice[at] = device;
            ofTask[at] = rank;
            whole[at] = !preemptive[device] || !segment.preemptable();
            at++;
        }
        final int lastOffer = offer(task, chain.size() - 1);
        if (preemptive[home] && (chain.getLast().device() != home || lastOffer >= 0)) {
            wayHome[rank * devices + home] =
                Saturating.add(dispatch[home], Saturating.multiply(2, machine.preemptionNs()));
        }
        runFrom[rank + 1] = run + 1;
        used[rank] = Arrays.copyOf(seen, kinds);
        return at;
    }

    private static int see(final int[] seen, final int kinds, final int device) {
        for (int i = 0; i < kinds; i++) {
            if (seen[i] == device) {
                return kinds;
            }
        }
        seen[kinds] = device;
        return kinds + 1;
    }

    /** Device that a segment may run on instead, or -1. */
    private static int offer(final Task task, final int segment) {
        final Optional<Offer> offer = task.segments().get(segment).offer();
        return task.reclaim().isPresent() && offer.isPresent() && task.reclaim().get().admits(offer.get()) ? offer.get().device() : -1;
    }

    /**
     * Most hand-overs between a segment and the one before it, wherever the two run: an offered one that is refused goes to the
     * accelerator's dispatcher and on from there.
     */
    private static int hops(final Task task, final int segment) {
        if (segment == 0) {
            return 0;
        }
        final int device = task.segments().get(segment).device();
        final int offer = offer(task, segment);
        final int before = task.segments().get(segment - 1).device();
        final int instead = offer(task, segment - 1);
        if (offer >= 0) {
            return before == offer && (instead < 0 || instead == offer) ? 1 : 2;
        }
        return before == device && (instead < 0 || instead == device) ? 0 : 1;
    }

    /** What a task may run on the accelerator beside its own segments there: the segments, and the most of them that a job runs. */
    private int addOffers(
        final int rank, final int from, final long[] costs, final int[] onDevice, final int[] ofTask, final boolean[] whole) {
        final Task task = set.tasks().get(order[rank]);
        final Reclaim budget = task.reclaim().orElseThrow();
        long extra = 0;
        int at = from;
        int device = -1;
        for (int j = 1; j < task.segments().size(); j++) {
            if (offer(task, j) >= 0) {
                device = offer(task, j);
                extra = Saturating.add(dispatch[device], machine.completionNs());
                costs[at] = Saturating.add(task.segments().get(j).offer().get().wcetNs(), extra);
                onDevice[at] = device;
                ofTask[at] = rank;
                whole[at] = true;
                at++;
            }
        }
        if (device >= 0) {
            final long[] largest = Arrays.copyOfRange(costs, from, at);
            Arrays.sort(largest);
            long sum = 0;
            for (int n = 0; n < Math.min(budget.substitutions(), largest.length); n++) {
                sum = Saturating.add(sum, largest[largest.length - 1 - n]);
            }
            final long most = Saturating.add(budget.timeNs(), Saturating.multiply(budget.substitutions(), extra));
            final int cell = rank * devices + device;
            deviceCost[cell] = Saturating.add(deviceCost[cell], Math.min(sum, most));
        }
        return at;
    }

    /** Orders the costs on a device, largest first, equal ones as they come. */
    private void index(
        final int device, final int count, final long[] costs, final int[] onDevice, final int[] ofTask, final boolean[] whole) {
        final long[] negated = new long[count];
        int n = 0;
        for (int at = 0; at < count; at++) {
            if (onDevice[at] == device) {
                negated[n] = -costs[at];
                n++;
            }
        }
        final long[] sorted = Arrays.copyOf(negated, n);
        Arrays.sort(sorted);
        layerCost[device] = new long[n];
        for (int place = 0; place < n; place++) {
            layerCost[device][place] = -sorted[place];
        }
        layerTask[device] = new int[n];
        layerWhole[device] = new boolean[n];
        final int[] placed = new int[n];
        for (int at = 0; at < count; at++) {
            if (onDevice[at] == device) {
                final int first = first(sorted, -costs[at]);
                layerTask[device][first + placed[first]] = ofTask[at];
                layerWhole[device][first + placed[first]] = whole[at];
                placed[first]++;
            }
        }
        final int[] found = new int[tasks];
        int many = 0;
        for (int i = 0; i < tasks; i++) {
            if (deviceCost[i * devices + device] > 0) {
                found[many] = i;
                many++;
            }
        }
        users[device] = Arrays.copyOf(found, many);
    }

    /** First place of a value that is there. */
    private static int first(final long[] ascending, final long value) {
        int low = 0;
        int high = ascending.length - 1;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (ascending[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
