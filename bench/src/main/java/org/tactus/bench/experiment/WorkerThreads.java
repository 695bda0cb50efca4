// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import org.tactus.cli.support.UsageCheck;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How many threads compute an experiment: an option that the experiments share. */
public final class WorkerThreads {
    private static final int MOST = 1024;

    @Option(names = "--threads", description = "Worker threads (default: all processors); the result is the same for any number.")
    private Integer threads;

    /** Made by the parser of the command line. */
    public WorkerThreads() {
        // the field says it
    }

    /**
     * The number of threads.
     *
     * @param spec the command, for its error
     * @return at least 1
     */
    public int count(final CommandSpec spec) {
        final int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        UsageCheck.check(spec, workers >= 1 && workers <= MOST, "--threads " + workers + " is out of range; give 1 to " + MOST);
        return workers;
    }
}
