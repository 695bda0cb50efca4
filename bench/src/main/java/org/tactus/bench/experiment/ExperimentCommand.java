package org.tactus.bench.experiment;

import picocli.CommandLine.Command;

/** {@code tactus experiment}: what is accepted over many random task sets, how far a car drives over many runs. */
@Command(name = "experiment", mixinStandardHelpOptions = true, subcommands = {SchedulabilityCommand.class, BrakingCommand.class},
    description = "Experiments over many random task sets or runs; name one of them.")
public final class ExperimentCommand {
}
