// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.List;
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
 */
final class ObserverCores implements AutoCloseable {
    /** How the JVM's own threads of the Flight Recorder are called: recorder, sampler, periodic tasks. */
    private static final String RECORDER = "JFR ";

    private final List<Integer> cores;
    /** Not by the listener's own type, so that this class loads where the recorder's module is missing. */
    private final Runnable ending;

    /**
     * Looks where watchers may be, and moves the Flight Recorder's threads there, now and whenever it begins to record.
     *
     * @param set     whose dispatchers' cores are theirs
     * @param allowed where the process may run
     */
    ObserverCores(final TaskSet set, final List<Integer> allowed) {
        cores = cores(set, allowed);
        ending = cores.isEmpty() || ModuleLayer.boot().findModule("jdk.jfr").isEmpty() ? () -> { } : Listening.begin(cores);
    }

    /** The cores of a set's watchers; empty for any. */
    static List<Integer> cores(final TaskSet set, final List<Integer> allowed) {
        return set.platform().devices().stream().anyMatch(device -> device.cores().isEmpty()) ? List.of()
            : CoreShares.besides(allowed, set.platform().devices().stream().flatMap(device -> device.cores().stream()).toList());
    }

    /** Makes threads that pin themselves before they do anything else. */
    ThreadFactory threads(final ThreadFactory factory) {
        return cores.isEmpty() ? factory : task -> factory.newThread(() -> {
            RealTime.pin(cores); // where that is refused the thread watches from where it is
            task.run();
        });
    }

    /** Leaves the threads that were moved where they are: another run may need it. */
    @Override
    public void close() {
        ending.run();
    }

    /** A class of its own, since it names types of a module that may be missing. */
    private record Listening(List<Integer> cores) implements FlightRecorderListener {
        /** What ends it again. */
        static Runnable begin(final List<Integer> cores) {
            final Listening listening = new Listening(cores);
            FlightRecorder.addListener(listening);
            listening.move();
            return () -> FlightRecorder.removeListener(listening);
        }

        private void move() {
            CoreShares.move(cores, name -> name.startsWith(RECORDER));
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
