// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tactus.internal.watch.CountersFile;

/**
 * What this process holds that a run must give back: threads of ours, files that it mapped from the folder of the counters and that still
 * have a name there, open files, files in the scratch folder. Read from the JVM and from {@code /proc/self}, so that what other processes
 * do in the same folders does not matter.
 */
public final class Leftovers {
    private final Path scratch;
    /** What was there before, such as of a test that failed: it is nothing that the run has left. */
    private final List<String> before;

    /** Remembers what is there before a run; looks at a scratch folder that nobody else writes to. */
    public Leftovers(final Path scratch) {
        this.scratch = scratch;
        this.before = all();
    }

    /** Threads that a run makes, by name. */
    public static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(Thread::isAlive).map(Thread::getName)
            .filter(name -> name.startsWith("tactus-") || name.startsWith("tactus.") || name.startsWith("software-gpu")).sorted().toList();
    }

    /** Counters files of this process that were not deleted. */
    public static List<String> counters() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            final String folder = CountersFile.folder() + "/";
            final String own = folder + "tactus-" + ProcessHandle.current().pid() + '-';
            return lines.filter(line -> line.contains(own) && !line.endsWith("(deleted)"))
                .map(line -> line.substring(line.indexOf(folder))).distinct().sorted().toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What open file descriptors of this process stand for. */
    public static List<String> descriptors() {
        final List<String> targets = new ArrayList<>();
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            for (final Path link : (Iterable<Path>) links::iterator) {
                try {
                    targets.add(Files.readSymbolicLink(link).toString());
                } catch (final IOException e) {
                    continue; // the descriptor of this very listing, or one that was closed meanwhile
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return targets;
    }

    /** Kilobytes that this process has locked in memory. */
    public static long lockedKilobytes() {
        return status("VmLck:");
    }

    /** Kilobytes that this process has in memory. */
    public static long residentKilobytes() {
        return status("VmRSS:");
    }

    private static long status(final String key) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(key)).mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                .findFirst().orElseThrow();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> scratchFiles() {
        try (Stream<Path> files = Files.list(scratch)) {
            return files.map(file -> "scratch file " + file.getFileName()).toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> openHere() {
        final List<String> counters = List.of(CountersFile.folder() + "/", scratch + "/", "/proc/", "memfd:");
        return descriptors().stream().filter(target -> counters.stream().anyMatch(target::contains) && !target.endsWith("/fd")).toList();
    }

    /** Everything of a run that is still there, one line each. */
    public List<String> list() {
        final List<String> left = all();
        before.forEach(left::remove); // one for one: there may be several of a name
        return left;
    }

    private List<String> all() {
        final List<String> all = new ArrayList<>();
        threads().forEach(name -> all.add("thread " + name));
        counters().forEach(file -> all.add("counters " + file));
        openHere().forEach(target -> all.add("open " + target));
        all.addAll(scratchFiles());
        return all;
    }

    /** What is still there after a time that is long for threads which have nothing left to do but to end. */
    public List<String> settled() throws InterruptedException {
        List<String> left = list();
        for (int i = 0; i < 500 && !left.isEmpty(); i++) {
            Thread.sleep(10);
            left = list();
        }
        return left;
    }
}
