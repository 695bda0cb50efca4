// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench;

import org.tactus.bench.accuracy.AccuracyCommand;
import org.tactus.bench.accuracy.ImagesCommand;
import org.tactus.bench.criticality.FramesCommand;
import org.tactus.bench.experiment.BrakingCommand;
import org.tactus.bench.experiment.CriticalityCommand;
import org.tactus.bench.experiment.MergeCommand;
import org.tactus.bench.experiment.SchedulabilityCommand;
import org.tactus.bench.experiment.SetsCommand;
import org.tactus.bench.supply.SupplyCommand;
import picocli.CommandLine.Command;

/**
 * {@code tactus experiment}: what is accepted over many random task sets, what it costs in accuracy, how far a car drives, how well a
 * stall curve holds, what levels gain.
 */
@Command(name = "experiment", mixinStandardHelpOptions = true,
    subcommands = {SchedulabilityCommand.class, MergeCommand.class, AccuracyCommand.class, ImagesCommand.class, BrakingCommand.class,
        SupplyCommand.class, CriticalityCommand.class, SetsCommand.class, FramesCommand.class},
    description = "Experiments over many random task sets or runs; name one of them.")
public final class ExperimentCommand {
}
