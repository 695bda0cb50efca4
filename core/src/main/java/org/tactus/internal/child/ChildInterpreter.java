// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import java.io.DataInputStream;
import java.lang.foreign.Arena;
import java.util.List;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.tflite.Interpreter;
import org.tactus.bindings.tflite.TfLiteTensor;

/** A network that a child process computes, as its parent sees it. Its thread sleeps while the child computes. */
final class ChildInterpreter implements Interpreter {
    private static final int PASSED_ON = 1;

    private final ChildProcess child;
    private final int number;
    private final Arena arena;
    private final Mailbox mailbox;
    private final List<TfLiteTensor> inputs;
    private final List<TfLiteTensor> outputs;
    private long requests;
    private boolean closed;

    ChildInterpreter(
        final ChildProcess child, final int number, final Arena arena, final Mailbox mailbox, final List<TfLiteTensor> inputs,
        final List<TfLiteTensor> outputs) {
        this.child = child;
        this.number = number;
        this.arena = arena;
        this.mailbox = mailbox;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
    }

    @Override
    public List<TfLiteTensor> inputs() {
        return inputs;
    }

    @Override
    public List<TfLiteTensor> outputs() {
        return outputs;
    }

    @Override
    public void invoke() {
        if (child.hasEnded()) {
            throw child.ended();
        }
        final long request = ++requests;
        mailbox.request(request);
        if (!mailbox.awaitAnswer(request)) {
            throw child.ended();
        }
        if (mailbox.status() != MailboxDescriptor.DONE) {
            if (mailbox.status() == MailboxDescriptor.GONE) {
                child.deviceGone();
            }
            throw NativeCallException.passedOn(mailbox.text(), "TfLiteInterpreterInvoke", PASSED_ON);
        }
    }

    /** The child has ended: whoever waits for it waits no longer. The supervisor's thread. */
    void childEnded() {
        mailbox.close();
    }

    @Override
    public boolean resetVariableTensors() {
        return child.call(Wire.RESET, to -> to.writeInt(number), DataInputStream::readBoolean);
    }

    @Override
    public void requireInPlace() {
        child.call(Wire.REQUIRE_IN_PLACE, to -> to.writeInt(number), from -> null);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        child.remove(this);
        try {
            if (!child.hasEnded()) {
                child.callToEnd(Wire.UNLOAD, to -> to.writeInt(number));
            }
        } catch (final NativeCallException e) {
            if (!child.hasEnded()) {
                throw e;
            }
        } finally {
            arena.close();
        }
    }
}
