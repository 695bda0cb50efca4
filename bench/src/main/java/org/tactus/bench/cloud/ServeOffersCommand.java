// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cloud;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Interruption;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.SizeConverter;
import org.tactus.cli.text.Lines;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.remote.PeerLink;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.DeviceKind;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tactus serve-offers}: the second machine. */
@Command(name = "serve-offers", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Serves jobs that other machines offer, beside tasks of its own. The periodic tasks of FILE are its own; its sporadic "
        + "ones may be offered, and are admitted by the analysis at the first offer. Ends at SIGINT or SIGTERM.")
public final class ServeOffersCommand implements Callable<Integer> {
    private static final long POLL_NS = 100_000;

    @Parameters(paramLabel = "FILE", description = "Task-set file.")
    private Path file;
    @Option(names = "--listen", paramLabel = "HOST:PORT", defaultValue = "127.0.0.1:40123",
        description = "Where offers come, UDP (${DEFAULT-VALUE}). Whoever can send there can use what the own tasks leave.")
    private String listen;
    @Option(names = "--for", paramLabel = "DURATION", converter = DurationConverter.class,
        description = "How long; without it until a signal.")
    private Long durationNs;
    @Option(names = "--payload", paramLabel = "SIZE", defaultValue = "256KiB", converter = SizeConverter.class,
        description = "The largest input or output of a job, at most 1000KiB (${DEFAULT-VALUE}).")
    private long payloadBytes;
    @Option(names = "--no-real-time", description = "Asks for no SCHED_FIFO and no locked memory.")
    private boolean ordinary;

    /** Made by the command line. */
    public ServeOffersCommand() {
        // its options are fields
    }

    @Override
    public Integer call() throws InterruptedException {
        if (payloadBytes < 1 || payloadBytes > 1000 << 10) { // before the set, so that one line tells what is wrong with the command
            throw new PrerequisiteException("--payload " + Sizes.exact(payloadBytes) + " is out of range; give 1B to 1000KiB");
        }
        try {
            AeronLink.parse(listen);
        } catch (final IllegalArgumentException e) {
            throw new PrerequisiteException("--listen: " + e.getMessage());
        }
        final LoadedTaskSet loaded = TaskSetFile.load(file, TaskSetFile.Options.strict());
        final TaskSet set = loaded.taskSet();
        final List<Task> served = set.tasks().stream().filter(task -> task.release() == Release.SPORADIC).toList();
        final List<Task> own = set.tasks().stream().filter(task -> task.release() == Release.PERIODIC).toList();
        for (int i = 0; i < set.tasks().size(); i++) {
            final Task task = set.tasks().get(i);
            final String at = "tasks[" + i + ']';
            if (task.remote().isPresent()) {
                throw loaded.error(at + ".remote", "remote: '" + task.name() + "' is of a peer, which offers nothing on; remove the key");
            }
            if (served.contains(task) && set.platform().devices().get(task.segments().getLast().device()).kind() != DeviceKind.CPU) {
                throw loaded.error(at + ".segments", "the last segment of '" + task.name()
                    + "' writes the answer, so it must be on a cpu device; add one there");
            }
        }
        if (served.isEmpty() || own.isEmpty()) {
            throw loaded.error("tasks", served.isEmpty() ? "no task can be offered; write 'release: sporadic' where one may be"
                : "the peer has no task of its own; give at least one periodic task");
        }
        final NetworkWorks works = new NetworkWorks(loaded.baseDirectory());
        final List<ServedTask> tasks = served.stream().map(task -> new ServedTask(task, (int) payloadBytes)).toList();
        tasks.stream().filter(task -> task.template.model().isPresent()).forEach(task -> works.port(task.template.name(), task::port));
        return serve(new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), own), tasks, works);
    }

    private int serve(final TaskSet own, final List<ServedTask> served, final NetworkWorks works) throws InterruptedException {
        final PrintStream print = System.out;
        final RunSettings settings = RunSettings.DEFAULT.withRealTime(!ordinary).withWatchable(false).withKernel(
            KernelOptions.DEFAULT.withCapacity(own.tasks().size() + 4 * served.size() + 16, 4096));
        try (TaskSetRun run = TaskSetRun.open(own, settings, works, KernelListener.NONE, EventHandler.NONE)) {
            final PeerLink link;
            try {
                link = new AeronLink.Factory().listening(listen);
            } catch (final IllegalArgumentException e) {
                throw new PrerequisiteException(e.getMessage());
            }
            try (OfferServer server = new OfferServer(run, works, served, link)) {
                try {
                    run.start();
                } catch (final AdmissionRefusedException e) {
                    System.err.println("refused: " + e.getMessage());
                    return ExitStatus.NO;
                }
                Interruption.endsInOrder();
                print.println(Lines.wrap("serving " + String.join(", ", served.stream().map(task -> task.template.name()).toList())
                    + " at " + listen));
                print.flush();
                final long endNs = durationNs == null ? 0 : System.nanoTime() + durationNs;
                while (!Interruption.isRequested() && (durationNs == null || System.nanoTime() - endNs < 0)) {
                    if (server.poll() == 0) {
                        LockSupport.parkNanos(POLL_NS);
                    }
                }
                return report(run.stop(), own, server, print);
            }
        }
    }

    private static int report(final RunResult result, final TaskSet own, final OfferServer server, final PrintStream print) {
        print.println(Lines.wrap("offers: " + server.accepted() + " accepted, " + server.refused() + " refused, " + server.answered()
            + " answered, "
            + server.junk() + " no offers; tasks admitted: " + server.admissions()));
        boolean good = true;
        for (int i = 0; i < result.tasks().size(); i++) {
            final TaskResult task = result.tasks().get(i);
            final TaskResult quiet = result.withoutStalls().tasks().get(i);
            final boolean its = own.tasks().stream().anyMatch(known -> known.name().equals(task.name()));
            final boolean held = quiet.misses() == 0
                && (quiet.boundNs().isEmpty() || quiet.maxNs().isEmpty() || quiet.maxNs().getAsLong() <= quiet.boundNs().getAsLong());
            good &= quiet.misses() == 0;
            print.println(Lines.wrap((its ? "own " : "served ") + task.name() + ": " + task.jobs() + " jobs, " + task.misses() + " misses ("
                + (task.misses() - quiet.misses()) + " by stalls), largest response without stalls " + text(quiet.maxNs()) + ", bound "
                + text(task.boundNs()) + (held ? ", held" : ", exceeded")));
        }
        return good ? ExitStatus.GOOD : ExitStatus.NO;
    }

    private static String text(final OptionalLong ns) {
        return ns.isEmpty() ? "-" : Durations.format(ns.getAsLong());
    }
}
