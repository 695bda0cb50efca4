// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.tactus.internal.watch.CountersReader.DeviceCounters;
import org.tactus.internal.watch.CountersReader.TaskCounters;

/** Shows a run's counters to JMX until it is closed. */
public final class RunBean implements RunMXBean, AutoCloseable {
    private static final AtomicLong RUNS = new AtomicLong();
    private static final double MEDIAN = 0.5;
    private static final double P99 = 0.99;

    private final CountersReader run;
    private final ObjectName name;

    /**
     * Registers a run.
     *
     * @param set its name, as task sets may be named
     * @param run its counters
     */
    public RunBean(final String set, final CountersReader run) {
        this.run = run;
        try {
            name = new ObjectName("org.tactus:type=Run,name=" + ObjectName.quote(set) + ",run=" + RUNS.incrementAndGet());
            ManagementFactory.getPlatformMBeanServer().registerMBean(new StandardMBean(this, RunMXBean.class, true), name);
        } catch (final JMException e) {
            throw new IllegalStateException("JMX does not take the run: " + e.getMessage(), e);
        }
    }

    /**
     * Under which name JMX has the run.
     *
     * @return an object name
     */
    public String name() {
        return name.getCanonicalName();
    }

    @Override
    public boolean isRunning() {
        return run.isAlive();
    }

    @Override
    public long getAtNs() {
        return run.updatedNs();
    }

    @Override
    public long getDroppedEvents() {
        return run.dropped();
    }

    @Override
    public List<TaskLine> getTasks() {
        return run.tasks().stream().map(task -> new TaskLine(task, run.responses(task.index()))).toList();
    }

    @Override
    public List<DeviceLine> getDevices() {
        return run.devices().stream().map(DeviceLine::new).toList();
    }

    /** Takes the run out of JMX. */
    @Override
    public void close() {
        try {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
        } catch (final JMException e) {
            return; // somebody else has taken it out
        }
    }

    /** A task as JMX shows it. */
    public static final class TaskLine {
        private final String name;
        private final boolean live;
        private final long periodNs;
        private final long deadlineNs;
        private final long boundNs;
        private final long released;
        private final long jobs;
        private final long misses;
        private final long overruns;
        private final long skipped;
        private final long aborted;
        private final long p50Ns;
        private final long p99Ns;
        private final long maxNs;
        private final long residentBytes;

        TaskLine(final TaskCounters task, final ResponseBuckets responses) {
            name = task.name();
            live = task.live();
            periodNs = task.hasPeriod() ? task.periodNs() : -1;
            deadlineNs = task.hasDeadline() ? task.deadlineNs() : -1;
            boundNs = task.boundNs().orElse(-1);
            released = task.released();
            jobs = task.jobs();
            misses = task.misses();
            overruns = task.overruns();
            skipped = task.skipped();
            aborted = task.aborted();
            p50Ns = responses.carriedNs(MEDIAN, maxNs(task)).orElse(-1);
            p99Ns = responses.carriedNs(P99, maxNs(task)).orElse(-1);
            maxNs = maxNs(task);
            residentBytes = task.residentBytes();
        }

        /**
         * Name of the task.
         *
         * @return the name
         */
        public String getName() {
            return name;
        }

        /**
         * Whether it still runs.
         *
         * @return true while it does
         */
        public boolean isLive() {
            return live;
        }

        /**
         * Period, nanoseconds.
         *
         * @return a number
         */
        public long getPeriodNs() {
            return periodNs;
        }

        /**
         * Relative deadline, nanoseconds; -1 without one.
         *
         * @return a number
         */
        public long getDeadlineNs() {
            return deadlineNs;
        }

        /**
         * What the analysis promises, nanoseconds; -1 without a bound.
         *
         * @return a number
         */
        public long getBoundNs() {
            return boundNs;
        }

        /**
         * Jobs begun.
         *
         * @return a number
         */
        public long getReleased() {
            return released;
        }

        /**
         * Jobs completed.
         *
         * @return a number
         */
        public long getJobs() {
            return jobs;
        }

        /**
         * Deadlines missed.
         *
         * @return a number
         */
        public long getMisses() {
            return misses;
        }

        /**
         * Segments that ran past their WCET.
         *
         * @return a number
         */
        public long getOverruns() {
            return overruns;
        }

        /**
         * Releases that became no job.
         *
         * @return a number
         */
        public long getSkipped() {
            return skipped;
        }

        /**
         * Jobs that ended without running all their segments.
         *
         * @return a number
         */
        public long getAborted() {
            return aborted;
        }

        /**
         * Median response, nanoseconds; -1 before the first.
         *
         * @return a number
         */
        public long getP50Ns() {
            return p50Ns;
        }

        /**
         * 99 % quantile of the responses, nanoseconds; -1 of fewer than 100.
         *
         * @return a number
         */
        public long getP99Ns() {
            return p99Ns;
        }

        /**
         * Largest response, nanoseconds; -1 before the first.
         *
         * @return a number
         */
        public long getMaxNs() {
            return maxNs;
        }

        /**
         * Bytes in its device's memory.
         *
         * @return a number
         */
        public long getResidentBytes() {
            return residentBytes;
        }
    }

    /** A device as JMX shows it. */
    public static final class DeviceLine {
        private final String name;
        private final long busyNs;
        private final long queueJobs;
        private final long residentBytes;
        private final long capacityBytes;

        DeviceLine(final DeviceCounters device) {
            name = device.name();
            busyNs = device.busyNs();
            queueJobs = device.present();
            residentBytes = device.residentBytes();
            capacityBytes = device.capacityBytes();
        }

        /**
         * Name of the device.
         *
         * @return the name
         */
        public String getName() {
            return name;
        }

        /**
         * Time during which segments ran, nanoseconds.
         *
         * @return a number
         */
        public long getBusyNs() {
            return busyNs;
        }

        /**
         * Jobs that wait for it or run on it.
         *
         * @return a number
         */
        public long getQueueJobs() {
            return queueJobs;
        }

        /**
         * Bytes that tasks have in its memory.
         *
         * @return a number
         */
        public long getResidentBytes() {
            return residentBytes;
        }

        /**
         * Bytes of its memory; 0 without.
         *
         * @return a number
         */
        public long getCapacityBytes() {
            return capacityBytes;
        }
    }

    private static long maxNs(final TaskCounters task) {
        return task.jobs() == 0 ? -1 : task.maxNs();
    }
}
