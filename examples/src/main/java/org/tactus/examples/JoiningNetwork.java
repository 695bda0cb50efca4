// SPDX-License-Identifier: Apache-2.0
package org.tactus.examples;

import java.nio.file.Path;
import java.util.Locale;
import org.tactus.Tactus;
import org.tactus.TactusException;
import org.tactus.TaskHandle;
import org.tactus.analysis.Verdict;
import org.tactus.format.TaskSetFile;
import org.tactus.model.TaskSet;

/**
 * Lets a network join a GPU whose memory two others fill, and leave it: the call makes room by moving chunks of theirs, and returns with a
 * bound for each of the three. A task that cannot get room is refused, and the others run on.
 */
public final class JoiningNetwork {
    private static final int JOBS = 3;

    private JoiningNetwork() {
    }

    private static void print(final String when, final Verdict verdict) {
        verdict.tasks().forEach(task -> System.out.printf(
            Locale.ROOT, "%s: %s has a bound of %.1f ms%n", when, task.name(), task.responseBoundNs() / 1e6));
    }

    /**
     * Runs for some seconds.
     *
     * @param arguments a task-set file: its first two tasks are launched, the third joins, the fourth is refused
     * @throws InterruptedException when interrupted meanwhile
     */
    public static void main(final String[] arguments) throws InterruptedException {
        final TaskSet all = TaskSetFile.load(Path.of(arguments[0]), TaskSetFile.Options.strict()).taskSet();
        final TaskSet first = new TaskSet(all.name(), all.policy(), all.overheads(), all.platform(), all.tasks().subList(0, 2));
        try (Tactus tactus = Tactus.launch(new Tactus.Context().taskSet(first))) {
            print("alone", tactus.verdict().orElseThrow());
            for (int turn = 0; turn < 2; turn++) {                              // it comes, goes, and comes back
                final TaskHandle joined = tactus.add(all.tasks().get(2));       // weights go into the GPU while the others run
                print("joined", tactus.verdict().orElseThrow());
                while (tactus.completed(joined) < JOBS) {
                    Thread.sleep(10);
                }
                tactus.remove(joined);                                          // its memory is others' when the next task joins
            }
            try {
                tactus.add(all.tasks().get(3));
            } catch (final TactusException.Refused e) {
                System.out.println("refused: " + e.getMessage());
            }
            System.out.print(tactus.stop());                                    // with how many chunks went in and out
        }
    }
}
