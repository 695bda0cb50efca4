// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;

/**
 * The counts of one shard, a line a block, appended when the block is done. A process that is killed loses at most the blocks in work: the
 * next one reads the whole lines, cuts a torn last line off and goes on.
 *
 * <pre>
 *   tactus-shard 1 system=rt-swap seed=1 sets=250 ...      the settings
 *   BLOCK TAB the tally's line                             in the order of their ends
 * </pre>
 */
final class ShardFile implements AutoCloseable {
    private static final String HEAD = "tactus-shard 1 ";

    private final FileChannel channel;
    private final BitSet done;

    private ShardFile(final FileChannel channel, final BitSet done) {
        this.channel = channel;
        this.done = done;
    }

    /** What a file holds. */
    private record Content(ExperimentSettings settings, BitSet done, long wholeBytes) {
    }

    /**
     * Opens a shard's file for more blocks; makes it when there is none.
     *
     * @param file   the file
     * @param blocks the experiment
     * @param tally  the counts in the file are added to it
     * @return the file, which no other process has open
     * @throws IOException                                when it cannot be read or written
     * @throws ExperimentSettings.InvalidSettingException when another experiment's counts lie there, or another process writes them
     */
    static ShardFile open(final Path file, final Blocks blocks, final Tally tally) throws IOException {
        final FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            final FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new ExperimentSettings.InvalidSettingException(file + ": another process computes this shard; wait, or end it");
            }
            final Content content = read(file, blocks, tally);
            if (content == null) {
                channel.truncate(0);
                append(channel, HEAD + blocks.settings().text() + '\n');
                return new ShardFile(channel, new BitSet());
            }
            channel.truncate(content.wholeBytes());
            channel.position(content.wholeBytes());
            return new ShardFile(channel, content.done());
        } catch (final IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Reads a file's settings. */
    static ExperimentSettings settings(final Path file) throws IOException {
        try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
            final String head = lines.findFirst().orElse("");
            if (!head.startsWith(HEAD)) {
                throw notOurs(file);
            }
            return ExperimentSettings.parse(head.substring(HEAD.length()));
        }
    }

    /**
     * Adds a file's counts.
     *
     * @param file   a shard's file
     * @param blocks the experiment
     * @param known  blocks of other files
     * @param tally  the counts are added to it
     * @return the blocks that it holds
     */
    static BitSet read(final Path file, final Blocks blocks, final BitSet known, final Tally tally) throws IOException {
        final Content content = read(file, blocks, tally);
        if (content == null) {
            return new BitSet();
        }
        final BitSet twice = (BitSet) content.done().clone();
        twice.and(known);
        if (!twice.isEmpty()) {
            throw new ExperimentSettings.InvalidSettingException(file + ": block " + twice.nextSetBit(0)
                + " is in another file, too; name each shard once");
        }
        return content.done();
    }

    private static Content read(final Path file, final Blocks blocks, final Tally tally) throws IOException {
        final byte[] bytes = Files.readAllBytes(file);
        int begin = 0;
        ExperimentSettings settings = null;
        final BitSet done = new BitSet();
        for (int end = next(bytes, begin); end >= 0; end = next(bytes, begin)) {
            final String line = new String(bytes, begin, end - begin, StandardCharsets.UTF_8);
            if (settings == null) {
                if (!line.startsWith(HEAD)) {
                    throw notOurs(file);
                }
                settings = ExperimentSettings.parse(line.substring(HEAD.length()));
                if (!settings.equals(blocks.settings())) {
                    throw new ExperimentSettings.InvalidSettingException(file + ": holds another experiment (" + settings.text()
                        + "); remove it, or choose another folder");
                }
            } else {
                add(file, line, blocks, done, tally);
            }
            begin = end + 1;
        }
        if (settings == null && bytes.length > 0
            && !HEAD.startsWith(new String(bytes, 0, Math.min(bytes.length, HEAD.length()), StandardCharsets.UTF_8))) {
            throw notOurs(file); // only a torn first line of ours is written anew
        }
        return settings == null ? null : new Content(settings, done, begin);
    }

    /** Adds a line of {@link #line}; the file is named when it is none. */
    static void add(final Path file, final String line, final Blocks blocks, final BitSet done, final Tally tally) {
        try {
            final int tab = line.indexOf('\t');
            final int block = Integer.parseInt(line.substring(0, tab));
            if (block < 0 || block >= blocks.count() || done.get(block)) {
                throw notOurs(file);
            }
            tally.read(blocks.place(block), line.substring(tab + 1));
            done.set(block);
        } catch (final NumberFormatException | IndexOutOfBoundsException e) {
            throw notOurs(file);
        }
    }

    private static int next(final byte[] bytes, final int begin) {
        for (int i = begin; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static ExperimentSettings.InvalidSettingException notOurs(final Path file) {
        return new ExperimentSettings.InvalidSettingException(file + ": is not written by 'experiment schedulability --shard'");
    }

    /** Blocks that the file holds; not to be changed. */
    BitSet done() {
        return done;
    }

    /** A block's counts in one line. */
    static String line(final int block, final int place, final Tally tally) {
        return block + "\t" + tally.line(place);
    }

    /** Appends a block's counts. Any thread. */
    synchronized void append(final int block, final int place, final Tally tally) throws IOException {
        append(channel, line(block, place, tally) + '\n');
    }

    private static void append(final FileChannel channel, final String line) throws IOException {
        final ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close(); // and the lock with it
    }
}
