// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import org.tactus.internal.file.OutputFolder;

/**
 * A schedulability experiment in pieces for whoever spreads work over machines: numbered blocks, each judged anywhere to one line of text,
 * and the result from all lines, in any order. Immutable; each thread judges with a sweep's own {@link Judge}.
 */
public final class Sweep {
    private final Blocks blocks;

    private Sweep(final Blocks blocks) {
        this.blocks = blocks;
    }

    /** Judges blocks; one thread at a time. */
    public final class Judge {
        private final Experiment.Worker worker = blocks.experiment().worker();

        private Judge() {
        }

        /**
         * Makes and judges the task sets of a block.
         *
         * @param block number of the block, from 0
         * @return its counts in one line, which depends on the settings and the number alone
         */
        public String line(final int block) {
            return ShardFile.line(block, blocks.place(block), blocks.judge(worker, block));
        }
    }

    /**
     * Makes a sweep.
     *
     * @param settings {@code name=value} separated by blanks, named as the options of {@code tactus experiment schedulability}, such as
     *                 {@code system=rt-swap sets=1000}; what is not named has the option's default
     * @return the sweep
     * @throws IllegalArgumentException when a setting is unknown or out of range, with the reason in one line
     */
    public static Sweep of(final String settings) {
        try {
            final ExperimentSettings parsed = ExperimentSettings.parse(settings);
            return new Sweep(new Blocks(parsed.experiment(), parsed));
        } catch (final ExperimentSettings.InvalidSettingException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * Number of blocks.
     *
     * @return blocks are numbered from 0 to below this
     */
    public int blocks() {
        return blocks.count();
    }

    /**
     * Makes a judge for one thread.
     *
     * @return the judge
     */
    public Judge judge() {
        return new Judge();
    }

    /**
     * Writes table and charts as the command does.
     *
     * @param lines  the line of every block, in any order
     * @param folder made when it is not there
     * @return the result for people
     * @throws IOException              when a file cannot be written
     * @throws IllegalArgumentException when a block is missing or a line is none of a judge
     */
    public String write(final Iterable<String> lines, final Path folder) throws IOException {
        final Tally tally = new Tally(blocks.experiment().axis().length, blocks.experiment().approaches().size());
        final BitSet known = new BitSet();
        try {
            for (final String line : lines) {
                ShardFile.add(folder, line, blocks, known, tally);
            }
        } catch (final ExperimentSettings.InvalidSettingException e) {
            throw new IllegalArgumentException("a line is none of this sweep's judges: " + e.getMessage(), e);
        }
        if (known.cardinality() < blocks.count()) {
            throw new IllegalArgumentException("block " + known.nextClearBit(0) + " is missing; hand over the line of every block");
        }
        final ExperimentResult result =
            new ExperimentResult(blocks.experiment(), blocks.settings().seed(), blocks.settings().sets(), tally);
        OutputFolder.make(folder);
        ResultOutput.writeFiles(result, folder);
        return result.table();
    }
}
