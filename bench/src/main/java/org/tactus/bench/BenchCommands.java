// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench;

import java.util.List;
import org.tactus.bench.cloud.ServeOffersCommand;
import org.tactus.bench.experiment.PlotCommand;
import org.tactus.cli.CommandSource;
import picocli.CommandLine;

/** {@code tactus experiment}, {@code tactus plot}, {@code tactus bench} and {@code tactus serve-offers}. */
public final class BenchCommands implements CommandSource {
    /** Called by the service loader. */
    public BenchCommands() {
        // nothing to prepare
    }

    @Override
    public List<Object> commands() {
        final CommandLine bench = new CommandLine(new BenchCommand());
        bench.getSubcommands().get("jmh").setUnmatchedOptionsArePositionalParams(true); // they are JMH's
        return List.of(new ExperimentCommand(), new PlotCommand(), bench, new ServeOffersCommand());
    }
}
