// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Optional;

/**
 * Standard output that remembers why it could not be written: a print stream only remembers that it could not, and an answer that is
 * lost must not end with status 0. A reader that closed its end of a pipe has read enough: that is no failure.
 */
public final class StandardOutput extends OutputStream {
    private static final String CLOSED_PIPE = "Broken pipe";

    private final OutputStream to;
    private String failure;

    public StandardOutput(final OutputStream to) {
        this.to = to;
    }

    /** Puts one in the place of {@link System#out}. */
    public static StandardOutput install() {
        final StandardOutput out = new StandardOutput(new FileOutputStream(FileDescriptor.out));
        System.setOut(new PrintStream(out, true, System.out.charset()));
        return out;
    }

    /** What the system said when something could not be written; empty when all was, or nobody wanted to read it. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public void write(final int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(final byte[] bytes, final int offset, final int length) throws IOException {
        try {
            to.write(bytes, offset, length);
        } catch (final IOException e) {
            if (failure == null && !String.valueOf(e.getMessage()).contains(CLOSED_PIPE)) {
                failure = e.getMessage();
            }
            throw e;
        }
    }
}
