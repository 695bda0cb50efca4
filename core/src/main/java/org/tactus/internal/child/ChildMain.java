// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.linux.ChildSide;
import org.tactus.bindings.linux.RealTime;
import org.tactus.bindings.tflite.Interpreter;
import org.tactus.bindings.tflite.TfLiteTensor;

/**
 * The child process: does what its parent commands over the standard input, and ends with it. Its networks are computed by threads of their
 * own ({@link ServedNetwork}). Started by {@link ChildProcess}; not for people.
 */
public final class ChildMain {
    private static final long TIMER_SLACK_NS = 1;

    private final ChildContent content;
    private final DataInputStream commands;
    private final DataOutputStream answers;
    private final List<Integer> cores = new ArrayList<>();
    private final Map<Integer, ServedNetwork> networks = new HashMap<>();
    private int loaded;
    private int priority;

    private ChildMain(final ChildContent content, final DataInputStream commands, final DataOutputStream answers) {
        this.content = content;
        this.commands = commands;
        this.answers = answers;
    }

    /** A command's work; writes its result. */
    @FunctionalInterface
    private interface Command {
        void perform(DataOutputStream result) throws IOException;
    }

    /**
     * Serves until the standard input ends.
     *
     * @param args the parent's process number; the content's class
     * @throws Exception when it cannot begin, which ends the process
     */
    public static void main(final String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("this is the child process of a run of Tactus, which starts it; see the key 'process' in docs/task-set.md");
            Runtime.getRuntime().halt(2);
        }
        ChildSide.endWithParent();
        if (ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L) != Long.parseLong(args[0])) {
            Runtime.getRuntime().halt(0); // the parent had ended before the system knew what to do then
        }
        final DataOutputStream answers = new DataOutputStream(new BufferedOutputStream(ChildSide.takeStandardOutput()));
        final ChildContent content = (ChildContent) Class.forName(args[1]).getConstructor().newInstance();
        final ChildMain child = new ChildMain(content, new DataInputStream(System.in), answers);
        try {
            while (child.command()) {
                continue;
            }
        } finally {
            try {
                child.close();
            } finally {
                Runtime.getRuntime().halt(0); // a library's own threads do not keep the process
            }
        }
    }

    /** Performs the next command; false at the end of the input. */
    private boolean command() throws IOException {
        final int command;
        try {
            command = commands.readUnsignedByte();
        } catch (final EOFException e) {
            return false;
        }
        switch (command) {
            case Wire.OPEN -> {
                final String arguments = commands.readUTF();
                priority = commands.readInt();
                for (int left = commands.readInt(); left > 0; left--) {
                    cores.add(commands.readInt());
                }
                final boolean locked = commands.readBoolean();
                perform(result -> {
                    if (locked) {
                        RealTime.lockMemory(); // where it is refused, the parent's was, too, and it says so
                    }
                    result.writeUTF(Wire.text(content.open(arguments)));
                });
            }
            case Wire.LOAD -> {
                final byte[] model = new byte[commands.readInt()];
                commands.readFully(model);
                perform(result -> load(model, result));
            }
            case Wire.MAP -> {
                final int number = commands.readInt();
                final Path path = Path.of(commands.readUTF());
                perform(result -> networks.get(number).serve(path, "tactus-network-" + number, this::setUp));
            }
            case Wire.RESET -> {
                final Interpreter interpreter = networks.get(commands.readInt()).interpreter();
                perform(result -> result.writeBoolean(interpreter.resetVariableTensors()));
            }
            case Wire.REQUIRE_IN_PLACE -> {
                final Interpreter interpreter = networks.get(commands.readInt()).interpreter();
                perform(result -> interpreter.requireInPlace());
            }
            case Wire.UNLOAD -> {
                final ServedNetwork network = networks.remove(commands.readInt());
                perform(result -> network.close());
            }
            default -> throw new IOException("no command " + command);
        }
        return true;
    }

    private void load(final byte[] model, final DataOutputStream result) throws IOException {
        final Interpreter interpreter = model.length == 0 ? new Nothing() : content.load(model);
        networks.put(loaded, new ServedNetwork(interpreter, content));
        result.writeInt(loaded++);
        Wire.write(interpreter.inputs().stream().map(TfLiteTensor::info).toList(), result);
        Wire.write(interpreter.outputs().stream().map(TfLiteTensor::info).toList(), result);
    }

    /** On the thread that computes a network: as the parent's thread that waits for it meanwhile. */
    private void setUp() {
        if (!cores.isEmpty()) {
            RealTime.pin(cores);
        }
        if (priority > 0) {
            RealTime.fifo(priority);
        }
        RealTime.timerSlack(TIMER_SLACK_NS);
    }

    private void perform(final Command command) throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            command.perform(new DataOutputStream(bytes));
            answers.writeByte(Wire.GOOD);
            bytes.writeTo(answers);
        } catch (final Throwable e) { // a refusal, or a defect of a library: the parent tells its user
            answers.writeByte(Wire.BAD);
            answers.writeUTF(e instanceof final NativeCallException call ? call.function() : "");
            answers.writeInt(e instanceof final NativeCallException call ? call.code() : 0);
            answers.writeUTF(Wire.text(e.getMessage() == null ? e.toString() : e.getMessage()));
        }
        answers.flush();
    }

    private void close() {
        networks.values().forEach(ServedNetwork::close);
        content.close();
    }
}
