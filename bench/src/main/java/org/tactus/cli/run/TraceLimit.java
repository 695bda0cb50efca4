// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.run;

import org.tactus.cli.support.SizeConverter;
import org.tactus.internal.export.EventFile;
import org.tactus.internal.export.PerfettoTrace;
import picocli.CommandLine.Option;

/** {@code --trace-limit}: how large {@code trace.json} may become; what {@code run} and {@code simulate} share. */
final class TraceLimit {
    /** What a trace takes as usual. */
    static final TraceLimit USUAL = new TraceLimit();
    /** Least bytes of an event in the trace, so that the scratch file of events is not what ends it. */
    private static final long BYTES_AN_EVENT = 48;

    @Option(names = "--trace-limit", paramLabel = "SIZE", converter = SizeConverter.class,
        description = "How large trace.json may become (200MiB); later events are left out. At most two thousand million"
            + " events, which is 96 GiB and more.")
    private Long bytes;

    long bytes() {
        return bytes == null ? PerfettoTrace.DEFAULT_MAX_BYTES : bytes;
    }

    /** Events that are kept for it, 40 bytes each in a scratch file; at most {@link EventFile#MOST_EVENTS}. */
    long events() {
        return Math.clamp(bytes() / BYTES_AN_EVENT, EventFile.DEFAULT_EVENTS, EventFile.MOST_EVENTS);
    }
}
