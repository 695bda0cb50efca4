// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tactus.cli.support.Terminal;

/**
 * Standard error on a terminal: a message that is longer than a line is broken at blanks. Elsewhere a message stays one line, since
 * programs read them so. A line that is rewritten in place, which begins with a carriage return, passes as it is,
 * and so does a trace of the stack.
 */
public final class MessageStream extends OutputStream {
    private static final Path ERROR_FILE = Path.of("/proc/self/fd/2");

    private final OutputStream to;
    private final Charset charset;
    private final int width;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    /** Whether the beginning of the line is written already. */
    private boolean begun;

    private MessageStream(final OutputStream to, final Charset charset, final int width) {
        this.to = to;
        this.charset = charset;
        this.width = width;
    }

    /** Puts one in the place of {@link System#err} where that is a terminal. */
    public static void install() {
        if (isTerminal(ERROR_FILE)) {
            System.setErr(of(new FileOutputStream(FileDescriptor.err), System.err.charset(), Terminal.width()));
        }
    }

    /**
     * Makes a print stream that breaks lines.
     *
     * @param to      takes whole lines
     * @param charset how they are encoded
     * @param width   most columns of a line; a single word may be longer
     * @return the stream
     */
    public static PrintStream of(final OutputStream to, final Charset charset, final int width) {
        return new PrintStream(new MessageStream(to, charset, width), false, charset); // a line goes out with its end
    }

    static boolean isTerminal(final Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().matches("/dev/(pts/[0-9]+|tty.*|console)");
        } catch (final IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    @Override
    public void write(final int b) throws IOException {
        line.write(b);
        if (b == '\n') {
            to.write(begun ? line.toByteArray() : broken());
            line.reset();
            begun = false;
        } else if (b == '\r' || begun) {
            flush(); // at once: nobody may say when it ends
        }
    }

    private byte[] broken() {
        final String text = line.toString(charset);
        return text.startsWith("\t") ? line.toByteArray() : (Lines.wrap(text.stripTrailing(), width) + "\n").getBytes(charset);
    }

    @Override
    public void flush() throws IOException {
        begun |= line.size() > 0;
        line.writeTo(to);
        line.reset();
    }
}
