// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.tactus.internal.lifecycle.Closing;
import org.tactus.internal.remote.OfferDriver;
import org.tactus.internal.remote.OfferPort;
import org.tactus.internal.remote.PeerLink;
import org.tactus.internal.time.Clock;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;

/**
 * Offers the tasks of a run that name a second machine: one thread and one link for each peer. Without such a task it does nothing. Control
 * thread.
 */
public final class RemoteOffers implements AutoCloseable {
    private final Map<String, PeerLink> links = new LinkedHashMap<>();
    private final Map<String, OfferDriver> drivers = new LinkedHashMap<>();
    private final List<OfferDriver.Offered> offered = new ArrayList<>();
    private final Function<Task, OfferPort> ports;
    /** Not to be guessed: whoever knows it can forge answers. */
    private final long session = new SecureRandom().nextLong();
    private boolean closed;

    /**
     * Opens the links of a set before it runs.
     *
     * @param set   the set, of which no task needs to be offered
     * @param ports what the offers of a task carry
     * @throws InvalidTaskSetException when a task is offered and there is no way to its peer
     */
    public RemoteOffers(final TaskSet set, final Function<Task, OfferPort> ports) {
        this.ports = ports;
        try {
            for (int i = 0; i < set.tasks().size(); i++) {
                link(set.tasks().get(i), "tasks[" + i + "].remote");
            }
        } catch (final Throwable e) {
            links.values().forEach(PeerLink::close);
            throw e;
        }
    }

    private void link(final Task task, final String field) {
        if (task.remote().isEmpty() || links.containsKey(task.remote().get().peer())) {
            return;
        }
        final String peer = task.remote().get().peer();
        final PeerLink.Factory factory = ServiceLoader.load(PeerLink.Factory.class).findFirst().orElseThrow(() ->
            new InvalidTaskSetException(field, "remote: no link to a second machine is on the class path; add tactus-bench, which has one"
                + " over Aeron, or remove the key"));
        try {
            links.put(peer, factory.towards(peer));
        } catch (final IllegalArgumentException e) {
            throw new InvalidTaskSetException(field + ".peer", "peer: " + e.getMessage());
        } catch (final NoClassDefFoundError e) {
            throw new InvalidTaskSetException(field, "remote: a library of the link is missing (" + e.getMessage()
                + "); add io.aeron:aeron-driver to the class path, or remove the key");
        }
    }

    /**
     * Begins to offer the tasks of a set.
     *
     * @param run the run, which has admitted them
     * @param set the set
     */
    public void start(final TaskSetRun run, final TaskSet set) {
        set.tasks().forEach(task -> add(run, run.handle(task.name()), task));
    }

    /**
     * Begins to offer a task, unless it names no peer.
     *
     * @param run    the run
     * @param handle the task in it
     * @param task   the task
     * @throws InvalidTaskSetException when there is no way to its peer
     */
    public void add(final TaskSetRun run, final RunHandle handle, final Task task) {
        add(run, handle, task, ports.apply(task));
    }

    /**
     * Begins to offer a task that carries something of its own.
     *
     * @param run    the run
     * @param handle the task in it
     * @param task   the task
     * @param port   what its offers carry
     * @throws InvalidTaskSetException when there is no way to its peer
     */
    public void add(final TaskSetRun run, final RunHandle handle, final Task task, final OfferPort port) {
        if (task.remote().isEmpty() || closed) {
            return;
        }
        link(task, "remote");
        final String peer = task.remote().get().peer();
        final OfferDriver.Offered each = new OfferDriver.Offered(task, run.ledger(handle), port);
        OfferDriver driver = drivers.get(peer);
        if (driver == null) {
            driver = new OfferDriver(peer, links.get(peer), session, Clock.SYSTEM);
            drivers.put(peer, driver);
            driver.start();
        }
        driver.add(each);
        offered.add(each);
    }

    /**
     * Adds to a result what came of the offers, when they have ended.
     *
     * @param result of the run
     * @return a copy
     */
    public RunResult finish(final RunResult result) {
        final List<RunResult.Offers> all = new ArrayList<>();
        final Map<String, OfferDriver.Offered> last = new LinkedHashMap<>();
        offered.forEach(each -> last.put(each.task().name(), each)); // of a name that was used again, the last
        last.values().forEach(each -> all.add(OfferSum.of(each, result.tasks().stream()
            .filter(task -> task.name().equals(each.task().name())).findFirst().orElseThrow())));
        return all.isEmpty() ? result : result.withOffers(all);
    }

    /**
     * How long answers took, when the offers have ended.
     *
     * @return by task, nanoseconds, ascending, {@code Long.MAX_VALUE} for those that did not come
     */
    public Map<String, long[]> roundTrips() {
        final Map<String, long[]> all = new LinkedHashMap<>();
        offered.forEach(each -> all.put(each.task().name(), each.roundTrips().sorted()));
        return all;
    }

    /** Ends the offers; what is not answered by then has its fallback. A second call does nothing. */
    public void end() {
        if (closed) {
            return;
        }
        closed = true;
        final Closing closing = new Closing();
        links.forEach((peer, link) -> closing.attempt(drivers.containsKey(peer) ? drivers.get(peer)::end : link::close));
        closing.finish();
    }

    @Override
    public void close() {
        end();
    }
}
