// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Interruption;
import org.tactus.cli.support.KeptInput;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.WrongInput;
import org.tactus.cli.text.RunsCsv;
import org.tactus.internal.text.Printable;
import org.tactus.result.RunResult;
import picocli.CommandLine.Option;

/** Several files, several seeds, one table: what {@code run} and {@code simulate} share. */
final class ManyRuns {
    private static final int MOST_SEEDS = 100_000;
    private static final String NUMBER = "-?[0-9]{1,18}";
    private static final Pattern RANGE = Pattern.compile("(" + NUMBER + ")\\.\\.(" + NUMBER + ")");
    private static final Pattern LIST = Pattern.compile(NUMBER + "(," + NUMBER + ")*");

    @Option(names = "--seeds", paramLabel = "SEEDS",
        description = "Repeats it with each of these seeds, such as 1..20 or 3,7,9, in place of --seed.")
    private String seeds;
    @Option(names = "--csv", paramLabel = "FILE", description = "Also writes a row a run and task there.")
    private Path csv;

    /** One run of a file with a seed. */
    @FunctionalInterface
    interface One {
        /**
         * Runs a file.
         *
         * @param name    what tells its folder apart from the others'; empty when it is the only run
         * @param results takes what was found
         * @return the exit status
         */
        int run(Path file, long seed, String name, Consumer<RunResult> results) throws IOException, InterruptedException;
    }

    /**
     * Runs all files with all seeds, a file after the other. The status is the largest of the runs'.
     *
     * @param assign the rule by which priorities are given in place of the files'; empty without one
     */
    int each(final List<Path> files, final long seed, final String assign, final One one) throws IOException, InterruptedException {
        final List<Long> all = seeds(seed);
        final boolean many = files.size() > 1 || all.size() > 1;
        files.forEach(this::requireKept);
        if (csv == null) {
            return each(files, all, many, one, (file, result) -> {
            });
        }
        try (RunsCsv table = new RunsCsv(csv, assign)) {
            return each(files, all, many, one, table::add);
        }
    }

    /** Refuses a table in place of a file that is read. */
    void requireKept(final Path source) {
        KeptInput.require("--csv", source, csv);
    }

    private static int each(
        final List<Path> files, final List<Long> all, final boolean many, final One one, final BiConsumer<Path, RunResult> table)
        throws IOException, InterruptedException {
        final Set<String> names = new HashSet<>();
        int status = ExitStatus.GOOD;
        for (final Path file : files) {
            for (final long each : all) {
                if (Interruption.isRequested()) {
                    return status;
                }
                final String name = many ? name(file, all.size() > 1 ? "-" + each : "", names) : "";
                if (many) {
                    System.err.println(Printable.line(file) + (all.size() > 1 ? ", seed " + each : ""));
                }
                status = Math.max(status, run(one, file, each, name, many, result -> table.accept(file, result)));
            }
        }
        return status;
    }

    /** Of many runs one that cannot run does not keep the others from it. */
    private static int run(
        final One one, final Path file, final long seed, final String name, final boolean many, final Consumer<RunResult> results)
        throws IOException, InterruptedException {
        try {
            return one.run(file, seed, name, results);
        } catch (final RuntimeException | IOException e) {
            final Optional<String> wrong = WrongInput.message(e);
            if (!many || wrong.isEmpty()) {
                throw e;
            }
            System.err.println(wrong.get());
            return ExitStatus.WRONG_INPUT;
        }
    }

    private static String name(final Path file, final String seed, final Set<String> taken) {
        final String stem = file.getFileName().toString().replaceAll("\\.ya?ml$", "");
        return IntStream.iterate(1, i -> i + 1).mapToObj(i -> stem + (i == 1 ? "" : "_" + i) + seed).filter(taken::add).findFirst()
            .orElseThrow();
    }

    private List<Long> seeds(final long only) {
        if (seeds == null) {
            return List.of(only);
        }
        final Matcher range = RANGE.matcher(seeds);
        if (range.matches()) {
            final long first = Long.parseLong(range.group(1));
            final long last = Long.parseLong(range.group(2));
            if (last >= first && last - first < MOST_SEEDS) {
                return LongStream.rangeClosed(first, last).boxed().toList();
            }
        } else if (LIST.matcher(seeds).matches()) {
            return Stream.of(seeds.split(",")).map(Long::parseLong).toList();
        }
        throw new PrerequisiteException("--seeds " + Printable.line(seeds) + ": write a range such as 1..20, of at most " + MOST_SEEDS
            + ", or numbers such as 3,7,9");
    }
}
