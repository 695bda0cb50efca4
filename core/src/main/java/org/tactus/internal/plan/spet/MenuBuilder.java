// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan.spet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tactus.model.MenuOption;
import org.tactus.model.ModelBlock;

/**
 * Computes a menu from a network's blocks: for each number of segments the cut whose longest fully streamed segment is shortest, every
 * choice of segments that are resident, and beside it one more segment of which the first blocks are resident, so that cost over memory
 * is a step function with the grain of blocks. Immutable.
 */
public final class MenuBuilder {
    /** Cuts beyond this number are not tried: 2 to the power of it choices stand behind each. */
    public static final int MOST_SEGMENTS = 8;

    private final List<ModelBlock> blocks;
    private final InvocationCost cost;
    private final int mostCuts;

    /**
     * Takes a network.
     *
     * @param blocks in order of execution
     * @param cost   what an invocation takes
     */
    public MenuBuilder(final List<ModelBlock> blocks, final InvocationCost cost) {
        this.blocks = List.copyOf(blocks);
        this.cost = cost;
        mostCuts = 1 + (int) this.blocks.stream().skip(1).filter(ModelBlock::cutBefore).count();
    }

    /**
     * Computes the options.
     *
     * @param mostSegments limit on the number of segments
     * @return all of them, not pruned; the first is one segment without any memory
     */
    public List<MenuOption> options(final int mostSegments) {
        final List<MenuOption> options = new ArrayList<>();
        for (int count = 1; count <= most(mostSegments); count++) {
            final int[] ends = cut(count);
            for (int resident = 0; resident < 1 << count; resident++) {
                final List<MenuOption.Piece> whole = pieces(ends, resident);
                options.add(new MenuOption(whole));
                for (int j = 0; j < count; j++) {
                    final int from = j == 0 ? 0 : ends[j - 1];
                    for (int depth = 1; (resident >> j & 1) == 0 && depth < ends[j] - from; depth++) {
                        final List<MenuOption.Piece> pieces = new ArrayList<>(whole);
                        pieces.set(j, piece(from, ends[j], depth));
                        options.add(new MenuOption(pieces));
                    }
                }
            }
        }
        return options;
    }

    /**
     * Options that leave it to the compiler what is resident: as much of the leading blocks as fits.
     *
     * @param mostSegments limit on the number of segments
     * @param bytes        memory that is left for this network
     * @return one a number of segments, the first without a cut
     */
    public List<MenuOption> leading(final int mostSegments, final long bytes) {
        int depth = 0;
        long used = 0;
        while (depth < blocks.size() && used + blocks.get(depth).residentBytes() <= bytes) {
            used += blocks.get(depth).residentBytes();
            depth++;
        }
        final List<MenuOption> options = new ArrayList<>();
        for (int count = 1; count <= most(mostSegments); count++) {
            final List<MenuOption.Piece> pieces = new ArrayList<>(count);
            int from = 0;
            for (final int end : cut(count)) {
                pieces.add(piece(from, end, Math.clamp(depth - from, 0, end - from)));
                from = end;
            }
            options.add(new MenuOption(pieces));
        }
        return options;
    }

    private int most(final int mostSegments) {
        return Math.min(Math.min(mostSegments, MOST_SEGMENTS), mostCuts);
    }

    private List<MenuOption.Piece> pieces(final int[] ends, final int resident) {
        final List<MenuOption.Piece> pieces = new ArrayList<>(ends.length);
        int from = 0;
        for (int j = 0; j < ends.length; j++) {
            pieces.add(piece(from, ends[j], (resident >> j & 1) == 1 ? ends[j] - from : 0));
            from = ends[j];
        }
        return pieces;
    }

    /** Blocks from to end as one segment, the first of them resident. */
    private MenuOption.Piece piece(final int from, final int end, final int resident) {
        long inSram = 0;
        long streamed = 0;
        long executeNs = 0;
        long instructions = 0;
        for (int b = from; b < end; b++) {
            inSram += b < from + resident ? blocks.get(b).residentBytes() : 0;
            streamed += b < from + resident ? 0 : blocks.get(b).streamedBytes();
            executeNs += blocks.get(b).executeNs();
            instructions += blocks.get(b).instructionBytes();
        }
        return new MenuOption.Piece(inSram, streamed,
            cost.wcetNs(executeNs, blocks.get(from).inputBytes() + instructions, blocks.get(end - 1).outputBytes(), streamed));
    }

    /** Ends of the segments of the cut whose longest fully streamed segment is shortest; the earliest such. */
    private int[] cut(final int count) {
        final int n = blocks.size();
        final long[][] least = new long[count + 1][n + 1];
        final int[][] start = new int[count + 1][n + 1];
        for (final long[] row : least) {
            Arrays.fill(row, Long.MAX_VALUE);
        }
        least[0][0] = 0;
        for (int k = 1; k <= count; k++) {
            for (int end = k; end <= n; end++) {
                for (int from = k - 1; from < end; from++) {
                    if (least[k - 1][from] == Long.MAX_VALUE || from > 0 && !blocks.get(from).cutBefore()) {
                        continue;
                    }
                    final long longest = Math.max(least[k - 1][from], piece(from, end, 0).wcetNs());
                    if (longest < least[k][end]) {
                        least[k][end] = longest;
                        start[k][end] = from;
                    }
                }
            }
        }
        final int[] ends = new int[count];
        int end = n;
        for (int k = count; k >= 1; k--) {
            ends[k - 1] = end;
            end = start[k][end];
        }
        return ends;
    }
}
