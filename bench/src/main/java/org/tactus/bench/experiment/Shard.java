// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

/**
 * One of several equal parts of an experiment.
 *
 * @param number from 1
 * @param of     how many parts there are
 */
record Shard(int number, int of) {
    /** The experiment in one part. */
    static final Shard WHOLE = new Shard(1, 1);
    private static final int MOST = 1_000_000;

    /** Checks the range. */
    Shard {
        if (of < 1 || of > MOST || number < 1 || number > of) {
            throw new ExperimentSettings.InvalidSettingException(
                "--shard " + number + '/' + of + " does not exist; give I/N with I from 1 to N, and N up to " + MOST);
        }
    }

    /** Reads {@code I/N}. */
    static Shard parse(final String text) {
        final String[] parts = text.split("/", -1);
        try {
            if (parts.length == 2) {
                return new Shard(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
            }
        } catch (final NumberFormatException e) {
            // told below
        }
        throw new ExperimentSettings.InvalidSettingException("--shard " + text + " is not I/N; such as 3/7");
    }

    /** Tells whether a block belongs to this part. */
    boolean holds(final int block) {
        return block % of == number - 1;
    }
}
