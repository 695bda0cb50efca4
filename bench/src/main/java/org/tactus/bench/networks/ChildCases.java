// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tactus.bench.ScratchFolder;
import org.tactus.bench.latency.ForkedJvm;

/**
 * Runs cases one by one in a child process. A child that ends before it has answered all of its cases has crashed in the first one that it
 * did not answer, and a new child goes on behind that one; a child that takes too long for a case is ended, and the case counts as late.
 * Used by one thread.
 */
final class ChildCases {
    private final List<String> command;
    private final int batch;
    private final long limitSeconds;

    /**
     * Makes a runner.
     *
     * @param command      starts a child, which reads the names of cases, a line each, and prints {@link CaseResult#toLine} after each
     * @param batch        most cases of one child
     * @param limitSeconds most seconds of one case, the child's start included
     */
    ChildCases(final List<String> command, final int batch, final long limitSeconds) {
        this.command = List.copyOf(command);
        this.batch = batch;
        this.limitSeconds = limitSeconds;
    }

    /** Runs all cases and tells each result as soon as it is there. */
    List<CaseResult> run(final List<String> names, final java.util.function.Consumer<CaseResult> listener)
        throws IOException, InterruptedException {
        final List<CaseResult> results = new ArrayList<>();
        final Set<String> open = new LinkedHashSet<>(names);
        while (!open.isEmpty()) {
            final List<CaseResult> some = child(open.stream().limit(batch).toList());
            for (final CaseResult result : some) {
                open.remove(result.name());
                results.add(result);
                listener.accept(result);
            }
        }
        return results;
    }

    /** At least one result. */
    private List<CaseResult> child(final List<String> names) throws IOException, InterruptedException {
        try (ScratchFolder scratch = ScratchFolder.make()) {
            return child(names, scratch.path());
        }
    }

    private List<CaseResult> child(final List<String> names, final Path scratch) throws IOException, InterruptedException {
        final Path errors = scratch.resolve("errors");
        final Process process = ForkedJvm.start(new ProcessBuilder(command).redirectError(errors.toFile()));
        final AtomicBoolean late = new AtomicBoolean();
        final List<CaseResult> results = new ArrayList<>();
        try (ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
             BufferedReader reader = process.inputReader()) {
            try (Writer writer = process.outputWriter()) {
                for (final String name : names) {
                    writer.write(name + "\n");
                }
            }
            final Runnable end = () -> {
                late.set(true);
                process.destroyForcibly();
            };
            ScheduledFuture<?> limit = clock.schedule(end, limitSeconds, TimeUnit.SECONDS);
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                final Optional<CaseResult> result = CaseResult.parse(line);
                if (result.isPresent()) {
                    limit.cancel(false);
                    results.add(result.get());
                    limit = clock.schedule(end, limitSeconds, TimeUnit.SECONDS);
                }
            }
            final int status = process.waitFor();
            limit.cancel(false);
            if (results.size() < names.size()) {
                final String name = names.get(results.size());
                results.add(late.get() ? new CaseResult(name, CaseResult.Outcome.LATE, "did not end within " + limitSeconds + " s")
                    : new CaseResult(name, CaseResult.Outcome.CRASH, "its process ended with status " + status + ": " + last(errors)));
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        return results;
    }

    private static String last(final Path errors) throws IOException {
        final List<String> lines = new String(Files.readAllBytes(errors), java.nio.charset.StandardCharsets.ISO_8859_1).lines()
            .filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? "it said nothing" : lines.getLast();
    }
}
