// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cloud;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.bench.ScratchFolder;
import org.tactus.bench.latency.ForkedJvm;
import org.tactus.bench.peers.AllocationWatch;
import org.tactus.cli.support.Terminal;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.policy.OfferLedger;
import org.tactus.internal.remote.OfferDriver;
import org.tactus.internal.remote.OfferMessage;
import org.tactus.internal.remote.OfferPort;
import org.tactus.internal.remote.PeerLink;
import org.tactus.internal.remote.RoundTrips;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.time.Clock;
import org.tactus.internal.work.TimedWorks;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;

/**
 * Runs a set with an offered task against a peer in another process, while the way between the two breaks as a {@link Scenario} says.
 * <pre>
 *   this process                                         tactus serve-offers
 *   control, 10 ms, on its core    offers of 64 KiB      own, 10 ms, on its core
 *   scene, 50 ms: offered,      --- FaultyLink ---&gt;      scene: 4 ms
 *     fallback of 5 ms after tau  &lt;--- answers ---
 * </pre>
 */
final class CloudEdge {
    /** Bytes of a tensor each way. */
    static final int PAYLOAD_BYTES = 64 << 10;
    private static final long PERIOD_NS = 50_000_000;
    private static final long TAU_NS = 25_000_000;
    private static final double GAIN = 1;
    private static final double LOCAL_GAIN = 0.4;
    private static final long START_SECONDS = 60;
    private static final long WARM_UP_NS = 1_000_000_000L;

    private final int ownCore;
    private final int peerCore;
    private final long durationNs;
    private final long seed;

    CloudEdge(final int ownCore, final int peerCore, final long durationNs, final long seed) {
        this.ownCore = ownCore;
        this.peerCore = peerCore;
        this.durationNs = durationNs;
        this.seed = seed;
    }

    /** What happens to the peer. */
    enum Trouble { NONE, KILLED, PAUSED, FLOODED, ABSENT }

    /**
     * What breaks.
     *
     * @param name    for the table
     * @param faults  what happens to messages
     * @param trouble what happens to the peer in the middle third of the time
     */
    record Scenario(String name, FaultyLink.Faults faults, Trouble trouble) {
    }

    /**
     * What came of a scenario.
     *
     * @param scenario    its name
     * @param offers      offers that were sent
     * @param used        answers that were used
     * @param fallbacks   fallbacks that ran
     * @param late        answers that came too late
     * @param dropped     answers that were dropped for another reason: doubled, stale, to nothing that was sent
     * @param refused     offers that the peer refused
     * @param wrong       answers that were used and whose tensor was wrong
     * @param misses      jobs of this process that missed their deadlines
     * @param unexplained those of them that no stall of the platform touched
     * @param bytes       heap bytes a job that this process's dispatcher allocated
     * @param gain        mean gain of a job
     * @param medianNs    median round trip of all offers, {@link RoundTrips#LOST_NS} where most were lost
     * @param peer        what the peer says of its own task; empty where nobody was there to say it
     * @param held        whether the peer's own task kept its bound, but for a peer that was stopped by us
     * @param lateJobs    what kept the jobs waiting that missed their deadlines, in lines
     */
    record Row(String scenario, long offers, long used, long fallbacks, long late, long dropped, long refused, long wrong, long misses,
        long unexplained, double bytes, double gain, long medianNs, String peer, boolean held, List<String> lateJobs) {
    }

    /** The scenarios, in the order of the table. */
    static List<Scenario> scenarios() {
        final List<Scenario> all = new ArrayList<>();
        for (final int percent : new int[] {0, 5, 20, 100}) {
            final double oneWay = 1 - Math.sqrt(1 - percent / 100.0); // lost there or back
            all.add(new Scenario(percent + " % loss", new FaultyLink.Faults(oneWay, 0, 0, 0), Trouble.NONE));
        }
        for (final int delayMs : new int[] {1, 5, 20, 50, 200}) {
            final long oneWayNs = delayMs * 500_000L;
            all.add(new Scenario(delayMs + " ms delay", new FaultyLink.Faults(0, oneWayNs, oneWayNs, 0), Trouble.NONE));
        }
        all.add(new Scenario("reordered and doubled", new FaultyLink.Faults(0, 0, 60_000_000, 0.3), Trouble.NONE));
        all.add(new Scenario("peer killed and restarted", FaultyLink.Faults.NONE, Trouble.KILLED));
        all.add(new Scenario("peer paused", FaultyLink.Faults.NONE, Trouble.PAUSED));
        all.add(new Scenario("peer flooded", FaultyLink.Faults.NONE, Trouble.FLOODED));
        all.add(new Scenario("no peer", FaultyLink.Faults.NONE, Trouble.ABSENT));
        return all;
    }

    private TaskSet set(final int port) {
        return TaskSet.builder("cloud-edge").device(DeviceSpec.cpu("cpu0", ownCore)).overheads(overheads())
            .task("control", t -> t.periodNs(10_000_000).segment("cpu0", 1_000_000, new ActualTime(0.8, 0.8)))
            .task("scene", t -> t.periodNs(PERIOD_NS).segment("cpu0", 5_000_000, new ActualTime(0.8, 0.8))
                .remote(new Task.Remote("127.0.0.1:" + port, TAU_NS, GAIN, LOCAL_GAIN))).build();
    }

    private static Overheads overheads() {
        return new Overheads(500_000, 100_000, 0, 100_000, 0);
    }

    private Path peerFile(final ScratchFolder scratch) throws IOException {
        return Files.writeString(scratch.path().resolve("peer.yaml"), """
            tactus: 1
            name: peer
            policy: fixed-priority
            overheads: {releaseJitter: 500us, dispatch: 100us, completion: 100us}
            platform: {devices: [{name: cpu0, kind: cpu, cores: [%d]}]}
            tasks:
              - name: own
                period: 10ms
                segments: [{device: cpu0, wcet: 2ms, actual: 0.8}]
              - name: scene
                period: 50ms
                release: sporadic
                segments: [{device: cpu0, wcet: 4ms, actual: 0.7}]
            """.formatted(peerCore));
    }

    /** The peer in a process of its own. */
    private static final class Peer {
        private final Process process;
        private final BufferedReader said;

        Peer(final Path file, final int port) throws IOException {
            final ProcessBuilder builder = new ProcessBuilder(ForkedJvm.command(List.of("-Xmx128m", "-XX:+UseSerialGC"), "serve-offers",
                file.toString(), "--listen", "127.0.0.1:" + port)).redirectError(ProcessBuilder.Redirect.INHERIT);
            Terminal.unbroken(builder.environment());
            process = ForkedJvm.start(builder);
            said = process.inputReader();
        }

        void await() throws IOException {
            final String first = said.readLine();
            if (first == null || !first.startsWith("serving")) {
                throw new IOException("the peer does not start: " + first);
            }
        }

        void signal(final String name) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).inheritIO().start().waitFor();
        }

        /** Ends it in order; what it says of its own task. */
        String end() throws IOException, InterruptedException {
            signal("TERM"); // not destroy(), which closes what the process says
            String own = "";
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                own = line.startsWith("own ") ? line.substring("own own: ".length()) : own;
            }
            if (!process.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            return own;
        }
    }

    Row run(final Scenario scenario, final int port) throws IOException, InterruptedException {
        Peer peer = null;
        try (ScratchFolder scratch = ScratchFolder.make()) {
            final Path file = peerFile(scratch);
            if (scenario.trouble() != Trouble.ABSENT) {
                peer = new Peer(file, port);
                peer.await();
            }
            return run(scenario, port, file, peer);
        } finally {
            if (peer != null) {
                peer.process.destroyForcibly();
            }
        }
    }

    private Row run(final Scenario scenario, final int port, final Path file, final Peer first) throws IOException, InterruptedException {
        Peer peer = first;
        final TaskSet set = set(port);
        final PeerLink link = new FaultyLink(new AeronLink.Factory().towards("127.0.0.1:" + port), scenario.faults(), seed,
            OfferMessage.HEADER_BYTES + PAYLOAD_BYTES);
        final Tensors tensors = new Tensors();
        final LateJobs late = new LateJobs(set);
        try (TaskSetRun run =
            TaskSetRun.open(set, RunSettings.DEFAULT.withWatchable(false), new TimedWorks(), KernelListener.NONE, late)) {
            run.start();
            final OfferDriver.Offered offered =
                new OfferDriver.Offered(set.tasks().get(1), run.ledger(run.handle("scene")), tensors);
            try (OfferDriver driver = new OfferDriver("127.0.0.1:" + port, link, new SplittableRandom(System.nanoTime()).nextLong(),
                Clock.SYSTEM)) {
                driver.add(offered);
                driver.start();
                pause(WARM_UP_NS);
                final AllocationWatch heap = new AllocationWatch("tactus-cpu0");
                final long before = run.completed(run.handle("control"));
                pause(durationNs / 3);
                peer = trouble(scenario.trouble(), port, file, peer);
                pause(durationNs / 3);
                final long jobs = run.completed(run.handle("control")) - before;
                final double bytes = heap.bytesByJob(jobs).values().stream().mapToDouble(Double::doubleValue).sum();
                driver.end();
                final RunResult result = run.stop();
                final String own = peer == null ? "" : peer.end();
                return row(scenario, offered, result, tensors.wrong, bytes, own, late.lines(run.zeroNs(), result.stalls()));
            }
        } finally {
            if (peer != null && peer != first) {
                peer.process.destroyForcibly();
            }
        }
    }

    /** The middle third; returns the peer that is there afterwards. */
    private Peer trouble(final Trouble trouble, final int port, final Path file, final Peer peer) throws IOException, InterruptedException {
        switch (trouble) {
            case KILLED -> {
                peer.signal("KILL");
                peer.process.waitFor();
                pause(durationNs / 3);
                final Peer next = new Peer(file, port);
                next.await();
                return next;
            }
            case PAUSED -> {
                peer.signal("STOP");
                pause(durationNs / 3);
                peer.signal("CONT");
            }
            case FLOODED -> flood(port);
            default -> pause(durationNs / 3);
        }
        return peer;
    }

    /** Offers of another process, as fast as they go out. */
    private void flood(final int port) {
        final UnsafeBuffer message = AlignedMemory.allocate(OfferMessage.HEADER_BYTES + PAYLOAD_BYTES);
        OfferMessage.prepare(message, "scene", 1, 77, PERIOD_NS);
        final AeronLink.Factory factory = new AeronLink.Factory();
        try (PeerLink link = factory.towards("127.0.0.1:" + port)) {
            final long to = link.resolve("127.0.0.1:" + port);
            final long endNs = System.nanoTime() + durationNs / 3;
            for (long number = 0; System.nanoTime() < endNs; number++) {
                final int bytes = number % 16 == 0 ? PAYLOAD_BYTES : 0;
                OfferMessage.complete(message, OfferMessage.OFFER, number, bytes);
                link.send(to, message, 0, OfferMessage.HEADER_BYTES + bytes);
                link.poll((from, buffer, offset, length) -> { }, 64);
            }
        }
    }

    private static void pause(final long ns) {
        final long endNs = System.nanoTime() + ns;
        for (long leftNs = ns; leftNs > 0; leftNs = endNs - System.nanoTime()) {
            LockSupport.parkNanos(leftNs);
        }
    }

    private static Row row(
        final Scenario scenario, final OfferDriver.Offered offered, final RunResult result, final long wrong, final double bytes,
        final String own, final List<String> lateJobs) {
        final OfferLedger ledger = offered.ledger();
        final TaskResult scene = result.tasks().get(1);
        final long used = ledger.count(OfferLedger.USED);
        final long[] trips = offered.roundTrips().sorted();
        return new Row(scenario.name(), ledger.sent() + ledger.unsendable() + offered.unoffered(), used, scene.released(),
            ledger.count(OfferLedger.LATE), ledger.count(OfferLedger.DUPLICATE) + ledger.count(OfferLedger.STALE)
                + ledger.count(OfferLedger.UNSENT), ledger.refused(), wrong, misses(result.tasks()), misses(result.withoutStalls().tasks()),
            bytes, (used * GAIN + scene.jobs() * LOCAL_GAIN) / Math.max(1, used + scene.jobs()),
            trips.length == 0 ? RoundTrips.LOST_NS : trips[trips.length / 2], own,
            scenario.trouble() == Trouble.PAUSED || !own.contains("exceeded"), lateJobs);
    }

    private static long misses(final List<TaskResult> tasks) {
        return tasks.stream().mapToLong(TaskResult::misses).sum();
    }

    /** Writes a pattern that its number determines, and holds the answer against it. */
    private static final class Tensors implements OfferPort {
        private long wrong;

        private static long word(final long number, final int at) {
            return (number * 0x9E37_79B9_7F4A_7C15L ^ at) * 0xBF58_476D_1CE4_E5B9L;
        }

        @Override
        public int largestBytes() {
            return PAYLOAD_BYTES;
        }

        @Override
        public int fill(final long number, final MutableDirectBuffer buffer, final int offset, final int room) {
            for (int at = 0; at < PAYLOAD_BYTES; at += Long.BYTES) {
                buffer.putLong(offset + at, word(number, at));
            }
            return PAYLOAD_BYTES;
        }

        @Override
        public void answered(final long number, final DirectBuffer buffer, final int offset, final int length) {
            boolean good = length == PAYLOAD_BYTES;
            for (int at = 0; good && at < PAYLOAD_BYTES; at += Long.BYTES) {
                good = buffer.getLong(offset + at) == ~word(number, at);
            }
            wrong += good ? 0 : 1;
        }
    }
}
