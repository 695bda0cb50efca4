// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus experiment merge}: the result of an experiment from the counts of its shards, equal to that of one run bit for bit. */
@Command(name = "merge", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Puts the parts of an experiment together that 'schedulability --shard' left; which machines computed them does not"
        + " matter.")
public final class MergeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files ending in .shard, every part once.")
    private List<Path> files;

    @Mixin
    private ResultOutput output;

    @Override
    public Integer call() throws IOException {
        try {
            for (final Path file : files) {
                if (!Files.isRegularFile(file)) {
                    throw new ExperimentSettings.InvalidSettingException(file + ": is no file");
                }
            }
            final ExperimentSettings settings = ShardFile.settings(files.getFirst());
            output.check(spec, settings.experiment());
            return output.write(merge(new Blocks(settings.experiment(), settings), files), spec);
        } catch (final ExperimentSettings.InvalidSettingException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static ExperimentResult merge(final Blocks blocks, final List<Path> files) throws IOException {
        final Tally tally = new Tally(blocks.experiment().axis().length, blocks.experiment().approaches().size());
        final BitSet known = new BitSet();
        for (final Path file : files) {
            known.or(ShardFile.read(file, blocks, known, tally));
        }
        if (known.cardinality() < blocks.count()) {
            throw new ExperimentSettings.InvalidSettingException((blocks.count() - known.cardinality()) + " of " + blocks.count()
                + " blocks are missing, the first is " + known.nextClearBit(0) + "; name every part, and let each one end");
        }
        return new ExperimentResult(blocks.experiment(), blocks.settings().seed(), blocks.settings().sets(), tally);
    }
}
