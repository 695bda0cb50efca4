// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

/**
 * One command of a stream or a graph: eight words in a {@code long[]}.
 * <pre>
 *   0        1        2        3        4        5        6        7
 *  +--------+--------+--------+--------+--------+--------+--------+--------+
 *  |op      |queued  |argument|argument|argument|argument|argument|unused  |
 *  |        |ns      |0       |1       |2       |3       |4       |        |
 *  +--------+--------+--------+--------+--------+--------+--------+--------+
 * </pre>
 * Written by the calling thread and read by the GPU's, both under the driver's monitor.
 */
final class CommandDescriptor {
    /** Target on the device, source on the host, bytes. */
    static final int COPY_IN = 1;
    /** Target on the host, source on the device, bytes. */
    static final int COPY_OUT = 2;
    /** Target, byte, bytes. */
    static final int FILL_BYTES = 3;
    /** Target, word, bytes. */
    static final int FILL_WORDS = 4;
    /** Kernel (one of {@link SoftwareKernels}), its arguments. */
    static final int KERNEL = 5;
    /** Bytes; time passes as for a copy in, nothing else happens. */
    static final int PREFETCH = 6;
    /** The commands from here on take no engine, and but for the last no time. Event, ticket. */
    static final int RECORD = 16;
    /** Event, ticket. */
    static final int WAIT_EVENT = 17;
    /** Address, value. */
    static final int WRITE_VALUE = 18;
    /** Address, value, flags. */
    static final int WAIT_VALUE = 19;
    /** Address of the function, its argument; takes as long as the function does. */
    static final int CALL_HOST = 20;

    static final int OP = 0;
    static final int QUEUED = 1;
    static final int ARGUMENT = 2;
    /** Words of a command. */
    static final int WORDS = 8;

    private CommandDescriptor() {
    }
}
