// SPDX-License-Identifier: Apache-2.0
package org.tactus.examples;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.tactus.Tactus;
import org.tactus.analysis.Verdict;
import org.tactus.format.FileFormatException;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;
import org.tactus.work.Workload;

/** Reads a task set from a file, as the command line does, gives one of its segments code of the program, and runs it. */
public final class SetFromAFile {
    private SetFromAFile() {
    }

    /**
     * Runs for half a second.
     *
     * @param arguments the file, which has a task {@code control} whose first segment is on a CPU
     * @throws InterruptedException when interrupted meanwhile
     */
    public static void main(final String[] arguments) throws InterruptedException {
        final LoadedTaskSet loaded;
        try {
            loaded = TaskSetFile.load(Path.of(arguments[0]), TaskSetFile.Options.strict());
        } catch (final FileFormatException e) {
            System.out.println("refused: " + e.getMessage());       // FILE:LINE: what is wrong; what would be right
            return;
        }
        loaded.warnings().forEach(System.out::println);
        final Verdict verdict = Tactus.analyze(loaded.taskSet());
        if (!verdict.schedulable()) {
            System.out.println(verdict.reason());
            return;
        }
        final AtomicLong steps = new AtomicLong();
        final Workload workload = new Workload()
            .networks(loaded.baseDirectory())                       // what paths of networks in the file are relative to
            .code("control", 0, job -> steps.incrementAndGet());
        try (Tactus tactus = Tactus.launch(new Tactus.Context().taskSet(loaded.taskSet()).workload(workload))) {
            Thread.sleep(1000);
            System.out.println("control " + tactus.statistics(tactus.handle("control")));
            System.out.print(tactus.stop());
            System.out.println("steps: " + steps.get());
        }
    }
}
