// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.linux.Futex;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.bindings.tflite.Interpreter;
import org.tactus.bindings.tflite.TfLiteTensor;

/**
 * A child process that a foreign library runs in, as its parent sees it. Control threads open it, load networks and close it, one command
 * at a time; {@link #kill} is for any thread. The networks are run by their dispatchers, through memory that both processes have mapped.
 *
 * <p>A supervisor thread starts the process and waits for its end. It lives as long as the child, since the system ends a child with the
 * thread that started it ({@link org.tactus.bindings.linux.ChildSide#endWithParent}). A child that has ended is not started again:
 * computations under way and later ones fail, so its device is lost, as a device is that was unplugged. What its device was doing is not
 * known then, and its networks' first runs would come in the middle of a run.
 */
public final class ChildProcess implements AutoCloseable {
    private static final long ANSWER_LIMIT_NS = 60_000_000_000L;
    private static final long LOOK_MS = 100;
    private static final long PATIENCE_MS = 5_000;
    private static final int SIGNALLED = 128;
    private static final Map<Integer, String> SIGNALS =
        Map.of(4, "SIGILL", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 9, "SIGKILL", 11, "SIGSEGV", 15, "SIGTERM");

    private final String owner;
    private final long answerLimitNs;
    private final List<ChildInterpreter> networks = new ArrayList<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread supervisor;
    private ProcessBuilder beginning;
    private Process process;
    private Throwable refusal;
    private DataOutputStream commands;
    private DataInputStream answers;
    private String driver;
    private Interpreter nothing;
    /** Whether a command is under way that the supervisor ends the child for, since when, and how long it may take. */
    private boolean calling;
    private long callSinceNs;
    private long callLimitNs;
    /** Guards the three above, so that the child is not ended for a command that was answered meanwhile. Never held in a wait. */
    private final Object calls = new Object();
    /** Why this process ended the child; null while it has not. */
    private volatile String killed;
    private volatile boolean gone;
    /** How the child ended; null while it lives. */
    private volatile String end;

    /**
     * Removes the names of shared memory that processes left which were killed while a child was given a network.
     *
     * @return how many files were removed
     */
    public static int removeLeft() {
        return SharedMemory.removeLeft();
    }

    /**
     * What a child shall be.
     *
     * @param content   what it keeps; has a public constructor without parameters
     * @param arguments given to the content when it is opened
     * @param cores     its threads that compute run there; empty for any
     * @param priority  of SCHED_FIFO, for its threads that compute; 0 for ordinary scheduling
     * @param locked    whether its memory is locked
     */
    public record Settings(Class<? extends ChildContent> content, String arguments, List<Integer> cores, int priority, boolean locked) {
        public Settings {
            cores = List.copyOf(cores);
        }
    }

    private ChildProcess(final String owner, final long answerLimitNs) {
        this.owner = owner;
        this.answerLimitNs = answerLimitNs;
        this.supervisor = Thread.ofPlatform().name("tactus-child-of-" + owner).daemon(true).unstarted(this::supervise);
    }

    /**
     * Starts a child, and opens what it keeps.
     *
     * @param owner    what errors call it, such as the name of a device
     * @param settings what it shall be
     * @return the child, to be closed
     * @throws IllegalStateException when it does not start, or its content cannot be opened, with the reason
     */
    public static ChildProcess start(final String owner, final Settings settings) {
        return start(owner, settings, ANSWER_LIMIT_NS);
    }

    /** Starts a child that has so long for a command, from its first byte to the answer's last one. */
    static ChildProcess start(final String owner, final Settings settings, final long answerLimitNs) {
        final ChildProcess child = new ChildProcess(owner, answerLimitNs);
        try {
            child.open(settings);
            return child;
        } catch (final NativeCallException e) {
            child.close();
            throw new IllegalStateException(e.getMessage(), e);
        } catch (final Throwable e) {
            child.close();
            throw e;
        }
    }

    private void open(final Settings settings) {
        if (!Futex.isAvailable()) {
            throw new IllegalStateException("device '" + owner + "' wants a child process, which needs Linux on x86-64 or AArch64; write"
                + " 'process: own'");
        }
        final ProcessBuilder builder = new ProcessBuilder(JavaCommand.of(ChildMain.class, Long.toString(ProcessHandle.current().pid()),
            settings.content().getName())).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("JAVA_TOOL_OPTIONS"); // an agent or a debugger of this process is not the child's
        builder.environment().remove("JDK_JAVA_OPTIONS");
        beginning = builder;
        supervisor.start();
        boolean interrupted = false;
        while (true) {
            try {
                started.await();
                break;
            } catch (final InterruptedException e) {
                interrupted = true; // starting takes a moment
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (refusal != null) {
            throw new IllegalStateException("the child process of '" + owner + "' does not start: "
                + (refusal instanceof IOException ? refusal.getMessage() : refusal), refusal);
        }
        commands = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        answers = new DataInputStream(process.getInputStream());
        driver = call(Wire.OPEN, to -> {
            to.writeUTF(settings.arguments());
            to.writeInt(settings.priority());
            to.writeInt(settings.cores().size());
            for (final int core : settings.cores()) {
                to.writeInt(core);
            }
            to.writeBoolean(settings.locked());
        }, from -> from.readUTF());
        nothing = load(new byte[0]);
    }

    private void supervise() {
        try {
            process = beginning.start();
        } catch (final Throwable e) {
            refusal = e;
            end = "has not started";
            over.countDown();
            return;
        } finally {
            started.countDown();
        }
        final int status = awaitExit();
        final String signal = SIGNALS.getOrDefault(status - SIGNALLED, "signal " + (status - SIGNALLED));
        final String how = killed == null
            ? "ended by " + (status > SIGNALLED ? signal : "itself with status " + status) : "was ended: " + killed;
        synchronized (networks) {
            end = how;
            networks.forEach(ChildInterpreter::childEnded);
        }
        over.countDown();
    }

    /**
     * Waits for the child's end, and brings it about when a command takes longer than it may: the thread that waits for the answer sleeps
     * in a read or a write that nothing else ends, since a child that is stopped neither reads nor writes.
     */
    private int awaitExit() {
        while (true) {
            try {
                if (!isCalling()) {
                    return process.waitFor(); // a call that begins interrupts this
                }
                if (process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS)) {
                    return process.exitValue();
                }
                synchronized (calls) {
                    if (calling && System.nanoTime() - callSinceNs > callLimitNs) {
                        kill("it gave no answer for " + callLimitNs / 1_000_000_000L + " s");
                    }
                }
            } catch (final InterruptedException e) {
                continue; // a call has begun, or somebody else may not end this: the child ends with this thread
            }
        }
    }

    private boolean isCalling() {
        synchronized (calls) {
            return calling;
        }
    }

    /** Writes a command's arguments. */
    @FunctionalInterface
    interface Arguments {
        void write(DataOutputStream to) throws IOException;
    }

    /** Reads a command's result. */
    @FunctionalInterface
    interface Result<T> {
        T read(DataInputStream from) throws IOException;
    }

    /** Commands something and returns its result; throws the child's error, or that it has ended. Control thread. */
    <T> T call(final int command, final Arguments arguments, final Result<T> result) {
        return call(command, arguments, result, answerLimitNs);
    }

    /** Commands the child to give something back, which has no more time than its end has. Control thread. */
    void callToEnd(final int command, final Arguments arguments) {
        call(command, arguments, from -> null, Math.min(answerLimitNs, PATIENCE_MS * 1_000_000L));
    }

    /** The child has so long for the whole of it: for reading the command, and for the answer. */
    private synchronized <T> T call(final int command, final Arguments arguments, final Result<T> result, final long limitNs) {
        synchronized (calls) {
            callSinceNs = System.nanoTime();
            callLimitNs = limitNs;
            calling = true;
        }
        supervisor.interrupt();
        try {
            commands.writeByte(command);
            arguments.write(commands);
            commands.flush();
            if (answers.readUnsignedByte() == Wire.GOOD) {
                return result.read(answers);
            }
            final String function = answers.readUTF();
            final int code = answers.readInt();
            throw NativeCallException.passedOn(answers.readUTF(), function, code);
        } catch (final IOException e) { // the pipe's end
            awaitEnd();
            throw ended();
        } finally {
            synchronized (calls) {
                calling = false;
            }
        }
    }

    /**
     * Loads a network. Control thread.
     *
     * @param model a file's bytes
     * @return what computes it here; its tensors lie in shared memory. To be closed before this
     * @throws NativeCallException when the child's library refuses it, or the child has ended
     */
    public Interpreter load(final byte[] model) {
        final Loaded loaded = call(Wire.LOAD, to -> {
            to.writeInt(model.length);
            to.write(model);
        }, from -> new Loaded(from.readInt(), Wire.read(from), Wire.read(from)));
        final Arena arena = Arena.ofShared();
        try {
            return map(loaded, arena);
        } catch (final IOException e) {
            arena.close();
            throw NativeCallException.passedOn("no memory to share with the child process of '" + owner + "' in " + SharedMemory.folder()
                + ": " + e.getMessage(), "open", 0);
        } catch (final Throwable e) {
            arena.close();
            throw e;
        }
    }

    /** What the child says of a network that it has loaded. */
    private record Loaded(int number, List<TensorInfo> inputs, List<TensorInfo> outputs) {
    }

    private Interpreter map(final Loaded loaded, final Arena arena) throws IOException {
        final List<TensorInfo> infos = Stream.concat(loaded.inputs.stream(), loaded.outputs.stream()).toList();
        long bytes = MailboxDescriptor.TENSORS_OFFSET;
        for (final TensorInfo info : infos) {
            bytes = MailboxDescriptor.behind(bytes, info.bytes());
        }
        final SharedMemory shared = SharedMemory.make(bytes, arena);
        try {
            call(Wire.MAP, to -> {
                to.writeInt(loaded.number);
                to.writeUTF(shared.path().toString());
            }, from -> null);
        } finally {
            shared.forgetName();
        }
        final List<TfLiteTensor> tensors = new ArrayList<>();
        long offset = MailboxDescriptor.TENSORS_OFFSET;
        for (final TensorInfo info : infos) {
            tensors.add(new TfLiteTensor(info, shared.memory().asSlice(offset, info.bytes())));
            offset = MailboxDescriptor.behind(offset, info.bytes());
        }
        final int inputs = loaded.inputs.size();
        final ChildInterpreter network = new ChildInterpreter(this, loaded.number, arena, new Mailbox(shared.memory()),
            tensors.subList(0, inputs), tensors.subList(inputs, tensors.size()));
        synchronized (networks) {
            networks.add(network);
            if (end != null) {
                network.childEnded();
            }
        }
        return network;
    }

    /** Forgets a network, whose memory is freed after this. */
    void remove(final ChildInterpreter network) {
        synchronized (networks) {
            networks.remove(network);
        }
    }

    /**
     * A network that computes nothing: invoking it takes what the way to the child and back takes.
     *
     * @return always the same; closed with this
     */
    public Interpreter nothing() {
        return nothing;
    }

    /**
     * Which driver answers there.
     *
     * @return as the content says it, and the child's number
     */
    public String driver() {
        return driver + " in child process " + process.pid();
    }

    /**
     * The child's process number.
     *
     * @return as the system counts
     */
    public long pid() {
        return process.pid();
    }

    /**
     * Tells whether the child has ended.
     *
     * @return true when it has, by itself or by force
     */
    public boolean hasEnded() {
        return end != null;
    }

    /** The child says that its device is gone. The thread whose computation failed. */
    void deviceGone() {
        gone = true;
    }

    /**
     * Tells whether nothing will run there any more.
     *
     * @return true when the child has ended, or has said that its device is gone
     */
    public boolean isLost() {
        return gone || hasEnded();
    }

    /** The error of a computation in a child that has ended. */
    NativeCallException ended() {
        return NativeCallException.passedOn("the child process of '" + owner + "' "
            + (end == null ? "has closed its pipe" : end), "child process", 0);
    }

    /**
     * Ends the child at once, whatever it is doing. Any thread.
     *
     * @param why told to whoever waits for a computation
     */
    public void kill(final String why) {
        if (process != null && end == null) {
            killed = why;
            process.destroyForcibly();
        }
    }

    private boolean awaitEnd() {
        boolean interrupted = false;
        try {
            final long beginNs = System.nanoTime();
            while (true) {
                try {
                    final long leftNs = PATIENCE_MS * 1_000_000L - (System.nanoTime() - beginNs);
                    return over.await(leftNs, TimeUnit.NANOSECONDS);
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the child: by the end of its input, which lets it give the device back, or by force when it does not end. */
    @Override
    public void close() {
        if (process == null) {
            return;
        }
        if (nothing != null) {
            nothing.close();
        }
        try {
            process.getOutputStream().close();
        } catch (final IOException e) {
            // it has ended already
        }
        if (!awaitEnd()) {
            kill("it did not end by itself");
            awaitEnd();
        }
    }
}
