// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.plan;

import java.io.IOException;
import java.nio.file.Path;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.RoundTripsFile;
import org.tactus.internal.plan.Planner;
import org.tactus.internal.plan.TauPlan;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of {@code tactus plan --with tau}. */
final class TauOptions {
    @Option(names = "--round-trips", paramLabel = "FILE", description = "tau: what a run measured, the file round-trips.csv in its folder.")
    private Path file;
    @Option(names = "--give", paramLabel = "SHARE", defaultValue = "0.02", description = "tau: how much of what an answer is worth beyond "
        + "a fallback may be given away for a shorter wait (${DEFAULT-VALUE}).")
    private double tolerance;

    Planner planner(final CommandSpec spec) throws IOException {
        UsageCheck.check(spec, file != null,
            "--with tau needs --round-trips FILE, the " + RoundTripsFile.NAME + " that a run of the set has written");
        UsageCheck.check(spec, tolerance >= 0 && tolerance <= 1, "--give " + tolerance + " is out of range; give 0 to 1");
        return new TauPlan(RoundTripsFile.read(file), tolerance);
    }
}
