package org.tactus.bench.experiment;

import picocli.CommandLine.Command;

/** {@code tactus experiment}: what is accepted over many random task sets. */
@Command(name = "experiment", mixinStandardHelpOptions = true, subcommands = SchedulabilityCommand.class,
    description = "Experiments over many random task sets; name one of them.")
public final class ExperimentCommand {
}
