// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.spet;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tactus.bindings.edgetpu.cost.EdgeTpuCost;
import org.tactus.bindings.edgetpu.cost.HostLink;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.SizeConverter;
import org.tactus.cli.support.UsageCheck;
import org.tactus.format.LoadedTaskSet;
import org.tactus.internal.plan.Planner;
import org.tactus.internal.plan.spet.MenuBuilder;
import org.tactus.internal.plan.spet.Objective;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** What {@code tactus plan --with spet} asks beside the task set. */
public final class SpetOptions {
    /** The strategy's name. */
    public static final String NAME = "spet";

    @Option(names = "--objective", defaultValue = "utilisation", converter = ObjectiveConverter.class, paramLabel = "WHAT",
        description = "spet: what is best: utilisation, slack or segments (${DEFAULT-VALUE}).")
    private Objective objective;
    @Option(names = "--link", converter = LinkConverter.class, paramLabel = "LINK",
        description = "spet: how the device hangs on its host: usb3, usb2 or pcie (default: the device's); for computed menus.")
    private HostLink link;
    @Option(names = "--reserved", defaultValue = "507KiB", converter = SizeConverter.class, paramLabel = "SIZE",
        description = "spet: parameter memory that executables need themselves (${DEFAULT-VALUE}).")
    private long reservedBytes = EdgeTpuCost.RESERVED_BYTES;
    @Option(names = "--most-segments", defaultValue = "8", paramLabel = "N",
        description = "spet: limit on the segments of a computed menu (${DEFAULT-VALUE}).")
    private int mostSegments;
    @Option(names = "--realised", paramLabel = "LOG",
        description = "spet: what the compiler printed for the plan's command; says what it realised and whether that is schedulable.")
    private Path realised;
    @Option(names = "--stand-ins", paramLabel = "DIR",
        description = "spet: plays the compiler: writes stand-ins of the compiled segments there, for a software Edge TPU.")
    private Path standIns;
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** Makes the strategy for a set. */
    public Planner planner(final LoadedTaskSet loaded) {
        UsageCheck.check(command, mostSegments >= 1 && mostSegments <= MenuBuilder.MOST_SEGMENTS,
            "--most-segments " + mostSegments + " is out of range; give 1 to " + MenuBuilder.MOST_SEGMENTS);
        UsageCheck.check(command, standIns == null || realised == null,
            "--realised reads what a compiler made, --stand-ins plays one; give one of the two");
        final LinkCost cost = new LinkCost(link(loaded));
        return new SpetStrategy(loaded.menus(), solver(), new SpetStrategy.Settings(objective, cost, reservedBytes, mostSegments),
            compiled(loaded.baseDirectory()));
    }

    private Optional<SpetStrategy.Compiled> compiled(final Path base) {
        if (standIns != null) {
            return Optional.of(new SpetStrategy.Compiled(standIns.resolve("compiled.log"), true, base));
        }
        return Optional.ofNullable(realised).map(log -> new SpetStrategy.Compiled(log, false, base));
    }

    /** The device's link, where none was named. */
    private HostLink link(final LoadedTaskSet loaded) {
        final int device = loaded.taskSet().tasks().getFirst().segments().getFirst().device();
        return link != null ? link : HostLink.of(loaded.taskSet().platform().devices().get(device).link()).orElse(HostLink.USB3);
    }

    private static CpSatSolver solver() {
        try {
            return new CpSatSolver();
        } catch (final LinkageError | RuntimeException e) {
            throw new PrerequisiteException("the solver's native library cannot be loaded (" + e.getMessage()
                + "); put OR-Tools' ortools-linux-x86-64 or ortools-linux-aarch64 jar, version 9.15.6755, on the class path (lib)");
        }
    }

    /** Reads an objective. */
    public static final class ObjectiveConverter implements ITypeConverter<Objective> {
        @Override
        public Objective convert(final String text) {
            return Arrays.stream(Objective.values()).filter(o -> o.text().equals(text)).findFirst().orElseThrow(
                () -> new TypeConversionException("'" + text + "' is no objective; use utilisation, slack or segments"));
        }
    }

    /** Reads a link. */
    public static final class LinkConverter implements ITypeConverter<HostLink> {
        @Override
        public HostLink convert(final String text) {
            return HostLink.of(text).orElseThrow(() -> new TypeConversionException("'" + text + "' is no link; use "
                + HostLink.ALL.stream().map(HostLink::name).collect(Collectors.joining(", "))));
        }
    }
}
