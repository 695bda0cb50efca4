// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.campaign;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;

/**
 * Counts by itself what happened to each task: the releases that the program was granted, and the events. Tasks are told apart by their
 * generations, since a slot's tasks follow one another.
 */
final class Ledger implements EventHandler, KernelListener {
    /** A stall delays what is released until its backlog is done; clean devices are busy for less than this at a time. */
    private static final long REACH_NS = 100_000_000;

    /** One task: when it came, and what the events say of it. */
    static final class Account {
        final Task task;
        final boolean clean;
        final AtomicLong accepted = new AtomicLong();
        private long released;
        private long completed;
        private long aborted;
        private long skipped;
        private long lastNominalNs = Long.MIN_VALUE;
        private final List<Event> late = new ArrayList<>();
        private final List<String> wrong = new ArrayList<>();

        Account(final Task task, final boolean clean) {
            this.task = task;
            this.clean = clean;
        }
    }

    private record Event(int type, long timeNs, long job, long argument) {
    }

    private final Map<Integer, Account> byGeneration = new ConcurrentHashMap<>();
    private final Map<String, Account> byName = new ConcurrentHashMap<>();
    private final Map<Integer, List<Event>> events = new TreeMap<>();
    private final List<String> lost = new ArrayList<>();

    Account open(final int generation, final Task task, final boolean clean) {
        final Account account = new Account(task, clean);
        byGeneration.put(generation, account);
        byName.put(task.name(), account);
        return account;
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job, final long argument) {
        throw new IllegalStateException("a run names the generation of every event");
    }

    @Override
    public synchronized void onTaskEvent(
        final int type, final long timeNs, final int device, final int task, final int generation, final int segment, final long job,
        final long argument) {
        if (type == EventType.RELEASE || type == EventType.COMPLETE || type == EventType.ABORT || type == EventType.SKIP) {
            events.computeIfAbsent(generation, any -> new ArrayList<>()).add(new Event(type, timeNs, job, argument));
        }
    }

    @Override
    public synchronized void onDeviceLost(final String device) {
        lost.add(device);
    }

    synchronized List<String> lost() {
        return List.copyOf(lost);
    }

    private void post() {
        events.forEach((generation, list) -> list.forEach(event -> post(byGeneration.get(generation), event)));
    }

    private static void post(final Account owner, final Event event) {
        switch (event.type) {
            case EventType.RELEASE -> {
                if (event.job != owner.released) {
                    owner.wrong.add("job " + event.job + " was released after " + owner.released + " others");
                }
                if (owner.lastNominalNs != Long.MIN_VALUE && event.argument - owner.lastNominalNs < owner.task.periodNs()) {
                    owner.wrong.add("job " + event.job + " came " + (event.argument - owner.lastNominalNs) + " ns after the last one");
                }
                owner.lastNominalNs = event.argument;
                owner.released++;
            }
            case EventType.COMPLETE -> {
                owner.completed++;
                if (event.timeNs - event.argument > owner.task.deadlineNs()) {
                    owner.late.add(event);
                }
            }
            case EventType.ABORT -> owner.aborted++;
            default -> owner.skipped++;
        }
    }

    /** Everything in which counts of the product, its events and the program's own counting differ; one line each. */
    synchronized List<String> differences(final RunResult result, final boolean stuck) {
        post();
        final List<String> differences = new ArrayList<>();
        for (final TaskResult line : result.tasks()) {
            final Account account = byName.get(line.name());
            if (account == null) {
                differences.add(line.name() + " is in the result, and was never added");
                continue;
            }
            account.wrong.forEach(text -> differences.add(line.name() + ": " + text));
            if (stuck && !account.clean) {
                continue; // its dispatcher may have come back while the result was read
            }
            final long live = line.released() - line.jobs() - line.aborted();
            if (live < 0 || live > 1) {
                differences.add(line.name() + " has " + live + " live jobs: " + line);
            }
            if (result.droppedEvents() == 0) {
                compare(differences, line, "released", line.released(), account.released);
                compare(differences, line, "completed", line.jobs(), account.completed);
                compare(differences, line, "aborted", line.aborted(), account.aborted);
                compare(differences, line, "skipped", line.skipped(), account.skipped);
            }
            if (account.task.release() == Release.SPORADIC) {
                compare(differences, line, "released, skipped and waiting",
                    line.released() + line.skipped() + line.unfinished() - live, account.accepted.get());
            }
        }
        return differences;
    }

    /** Jobs of clean tasks that were late although no stall was seen from shortly before their release to their end. */
    synchronized List<String> unexcused(final RunResult result, final long zeroNs) {
        final List<String> late = new ArrayList<>();
        byName.values().stream().filter(account -> account.clean).forEach(account -> account.late.forEach(event -> {
            final long fromNs = event.argument - zeroNs - REACH_NS;
            final long toNs = event.timeNs - zeroNs;
            if (result.stalls().stream().noneMatch(stall -> stall.atNs() <= toNs && stall.endNs() >= fromNs)) {
                late.add(account.task.name() + " was late with job " + event.job + ": " + (event.timeNs - event.argument) + " ns of "
                    + account.task.deadlineNs() + ", and no stall was seen from " + fromNs + " to " + toNs);
            }
        }));
        return late;
    }

    /** Completed jobs of clean tasks. */
    long cleanJobs() {
        return byName.values().stream().filter(account -> account.clean).mapToLong(account -> account.completed).sum();
    }

    private static void compare(
        final List<String> differences, final TaskResult line, final String what, final long told, final long counted) {
        if (told != counted) {
            differences.add(line.name() + ": " + what + " " + told + ", but " + counted + " by our own count: " + line);
        }
    }
}
