package org.example;

import java.nio.file.Path;
import org.tactus.Tactus;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;

/** Reads a task-set file and prints what the analysis says of it, then what a simulation shows. */
public final class ReadsFile {
    private ReadsFile() {
    }

    /**
     * Runs the example.
     *
     * @param arguments the task-set file
     */
    public static void main(final String[] arguments) {
        final LoadedTaskSet loaded = TaskSetFile.load(Path.of(arguments[0]), TaskSetFile.Options.strict());
        System.out.println(Tactus.analyze(loaded.taskSet()).word());
        System.out.print(Tactus.simulate(loaded.taskSet(), 1_000_000_000L, 1));
    }
}
