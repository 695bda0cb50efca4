// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.tactus.bindings.tflite.Interpreter;
import org.tactus.bindings.tflite.TfLiteTensor;

/**
 * A network in the child: a thread of its own awaits requests, brings the inputs from the shared memory into the library's, invokes, and
 * brings the outputs back. Made, served and closed by the child's control thread. Allocates nothing a request.
 */
final class ServedNetwork implements AutoCloseable {
    private static final long PATIENCE_MS = 2_000;

    private final Interpreter interpreter;
    private final ChildContent content;
    private final Arena arena = Arena.ofShared();
    private Mailbox mailbox;
    private Thread thread;
    private MemorySegment[] from = {};
    private MemorySegment[] to = {};
    /** How many of the copies bring inputs. */
    private int inputs;

    ServedNetwork(final Interpreter interpreter, final ChildContent content) {
        this.interpreter = interpreter;
        this.content = content;
    }

    Interpreter interpreter() {
        return interpreter;
    }

    /** Begins to serve by the memory that the parent has made; the thread prepares itself by what it is given. */
    void serve(final Path path, final String name, final Runnable setup) throws IOException {
        final MemorySegment memory = SharedMemory.map(path, arena);
        mailbox = new Mailbox(memory);
        final List<MemorySegment> sources = new ArrayList<>();
        final List<MemorySegment> targets = new ArrayList<>();
        long offset = MailboxDescriptor.TENSORS_OFFSET;
        for (final TfLiteTensor input : interpreter.inputs()) {
            sources.add(memory.asSlice(offset, input.memory().byteSize()));
            targets.add(input.memory());
            offset = MailboxDescriptor.behind(offset, input.memory().byteSize());
        }
        inputs = sources.size();
        for (final TfLiteTensor output : interpreter.outputs()) {
            sources.add(output.memory());
            targets.add(memory.asSlice(offset, output.memory().byteSize()));
            offset = MailboxDescriptor.behind(offset, output.memory().byteSize());
        }
        from = sources.toArray(MemorySegment[]::new);
        to = targets.toArray(MemorySegment[]::new);
        thread = Thread.ofPlatform().name(name).daemon(true).unstarted(() -> {
            setup.run();
            long request = 0;
            while (request != Mailbox.CLOSED) {
                request = serve(request);
            }
        });
        thread.start();
    }

    /** Answers the next request. A method of its own, since what is called often gets compiled. */
    private long serve(final long last) {
        final long request = mailbox.awaitRequest(last);
        if (request != Mailbox.CLOSED) {
            try {
                copy(0, inputs);
                interpreter.invoke();
                copy(inputs, from.length);
                mailbox.reply(request, MailboxDescriptor.DONE, null);
            } catch (final Throwable e) { // whatever the library throws ends one job; the parent decides what follows
                mailbox.reply(request, isGone() ? MailboxDescriptor.GONE : MailboxDescriptor.FAILED,
                    e.getMessage() == null ? e.toString() : e.getMessage());
            }
        }
        return request;
    }

    private boolean isGone() {
        try {
            return content.isGone();
        } catch (final Throwable e) { // a library that cannot even say so
            return true;
        }
    }

    private void copy(final int begin, final int end) {
        for (int i = begin; i < end; i++) {
            MemorySegment.copy(from[i], 0, to[i], 0, to[i].byteSize());
        }
    }

    /** Ends the thread and frees the network. Does neither while a computation does not end: then the process has to. */
    @Override
    public void close() {
        if (thread != null) {
            mailbox.close();
            try {
                if (!thread.join(Duration.ofMillis(PATIENCE_MS))) {
                    throw new IllegalStateException("a computation is under way and does not end");
                }
            } catch (final InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }
        interpreter.close();
        arena.close();
    }
}
