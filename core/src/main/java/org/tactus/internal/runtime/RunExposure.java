// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.lifecycle.Closing;
import org.tactus.internal.text.Printable;
import org.tactus.internal.watch.CountersReader;
import org.tactus.internal.watch.MetricsEndpoint;
import org.tactus.internal.watch.RunBean;
import org.tactus.model.TaskSet;

/** Where a run shows its counters on request: a port of the loopback address, and JMX. What cannot be shown is a warning. */
final class RunExposure implements AutoCloseable {
    /** The setting under which no port is served. */
    static final int NO_PORT = -1;

    private final ObserverCores cores;
    private final Optional<MetricsEndpoint> endpoint;
    private final Optional<RunBean> bean;

    RunExposure(final RunSettings options, final TaskSet set, final CountersReader counters, final RunNotes notes) {
        cores = new ObserverCores(set, RealTime.allowedCores());
        endpoint = options.metricsPort() == NO_PORT ? Optional.empty() : endpoint(options.metricsPort(), counters, cores, notes);
        endpoint.ifPresent(open -> notes.granted("metrics", open.address()));
        bean = options.jmx() ? bean(set.name(), counters, notes) : Optional.empty();
        bean.ifPresent(shown -> notes.granted("jmx", shown.name()));
    }

    private static Optional<MetricsEndpoint> endpoint(
        final int port, final CountersReader counters, final ObserverCores cores, final RunNotes notes) {
        if (ModuleLayer.boot().findModule("jdk.httpserver").isEmpty()) {
            notes.warn("port " + port + " is not served: this JVM lacks the module jdk.httpserver; add it by --add-modules");
            return Optional.empty();
        }
        try {
            return Optional.of(new MetricsEndpoint(port, List.of(counters), cores::threads));
        } catch (final IOException e) {
            notes.warn("port " + port + " is not served: " + Printable.line(e.getMessage()));
            return Optional.empty();
        }
    }

    private static Optional<RunBean> bean(final String set, final CountersReader counters, final RunNotes notes) {
        try {
            return Optional.of(new RunBean(set, counters));
        } catch (final RuntimeException e) { // of the program's own JMX server, too
            notes.warn("the run is not shown: " + Printable.line(e.getMessage()));
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        final Closing closing = new Closing();
        endpoint.ifPresent(open -> closing.attempt(open::close));
        bean.ifPresent(shown -> closing.attempt(shown::close));
        closing.attempt(cores::close);
        closing.finish();
    }
}
