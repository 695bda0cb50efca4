// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Recording;
import org.tactus.bindings.linux.CoreShares;
import org.tactus.bindings.linux.RealTime;
import org.tactus.model.TaskSet;

/**
 * Keeps what watches a run in its own process off the cores of its dispatchers: the threads that serve its counters, and those of the
 * Flight Recorder, which write to files. Where dispatchers have all cores of this process, or one of them may run on any, watchers stay
 * where they are.
 *
 * <p>A process may have several runs open: watchers keep off the dispatchers of all of them. Threads that serve an earlier run's counters
 * stay where they were put before a later one began.
 */
final class ObserverCores implements AutoCloseable {
    /** How the JVM's own threads of the Flight Recorder are called: recorder, sampler, periodic tasks. */
    private static final String RECORDER = "JFR ";

    /** Of the open runs of this process. */
    private static final List<ObserverCores> OPEN = new CopyOnWriteArrayList<>();

    /** Those of the dispatchers of this run; null where one of them may be on any. */
    private final List<Integer> taken;
    private final List<Integer> allowed;
    /** Not by the listener's own type, so that this class loads where the recorder's module is missing. */
    private final Runnable ending;

    /**
     * Looks where watchers may be, and moves the Flight Recorder's threads there, now and whenever it begins to record.
     *
     * @param set     whose dispatchers' cores are theirs
     * @param allowed where the process may run
     */
    ObserverCores(final TaskSet set, final List<Integer> allowed) {
        this.allowed = List.copyOf(allowed);
        taken = taken(set);
        final boolean listens = !cores(set, allowed).isEmpty() && ModuleLayer.boot().findModule("jdk.jfr").isPresent();
        OPEN.add(this); // before the threads are moved, off this run's dispatchers, too
        try {
            ending = listens ? Listening.begin(this) : () -> { };
        } catch (final Throwable e) {
            OPEN.remove(this);
            throw e;
        }
    }

    /** The cores of a set's watchers; empty for any. */
    static List<Integer> cores(final TaskSet set, final List<Integer> allowed) {
        final List<Integer> own = taken(set);
        return own == null ? List.of() : CoreShares.besides(allowed, own);
    }

    private static List<Integer> taken(final TaskSet set) {
        return set.platform().devices().stream().anyMatch(device -> device.cores().isEmpty()) ? null
            : set.platform().devices().stream().flatMap(device -> device.cores().stream()).toList();
    }

    /** The cores that the dispatchers of all open runs leave to this run's watchers now; empty for any. */
    List<Integer> cores() {
        return taken == null ? List.of() : CoreShares.besides(allowed, OPEN.stream().filter(run -> run.taken != null)
            .flatMap(run -> run.taken.stream()).toList());
    }

    /** Makes threads that pin themselves before they do anything else. */
    ThreadFactory threads(final ThreadFactory factory) {
        return task -> {
            final List<Integer> cores = cores();
            return cores.isEmpty() ? factory.newThread(task) : factory.newThread(() -> {
                RealTime.pin(cores); // where that is refused the thread watches from where it is
                task.run();
            });
        };
    }

    /** Leaves the threads that were moved where they are: another run may need it. */
    @Override
    public void close() {
        OPEN.remove(this);
        ending.run();
    }

    /** A class of its own, since it names types of a module that may be missing. */
    private record Listening(ObserverCores run) implements FlightRecorderListener {
        /** What ends it again. */
        static Runnable begin(final ObserverCores run) {
            final Listening listening = new Listening(run);
            FlightRecorder.addListener(listening);
            listening.move();
            return () -> FlightRecorder.removeListener(listening);
        }

        private void move() {
            final List<Integer> left = run.cores(); // where none is left, all are as good, also for threads that an earlier run moved
            CoreShares.move(left.isEmpty() ? run.allowed : left, name -> name.startsWith(RECORDER));
        }

        @Override
        public void recorderInitialized(final FlightRecorder recorder) {
            move();
        }

        @Override
        public void recordingStateChanged(final Recording recording) {
            move();
        }
    }
}
