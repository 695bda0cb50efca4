// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.ModelCutter;
import org.tactus.internal.graph.OnnxModel;

/**
 * Chooses where to cut a network by measured times of its segments, each a session of its own, as the runtime fuses and runs them: an
 * estimate knows neither fused operators nor attention nor quantised ones. Ours. It begins with the estimate's cut and one into many
 * pieces. Each measurement corrects the costs of the nodes of a segment, in proportion, to what the segment took; the corrected costs
 * choose the next cut. At last the ends of the longest segment are moved place by place. The cut whose longest segment was shortest wins,
 * because that one decides how long others wait. Times are the shortest of some runs: others on the machine only add. So they are no
 * WCETs, and another measurement may choose otherwise, which is why the choice is written down.
 *
 * @param starts    first node of each segment
 * @param segmentNs shortest run of each, in order
 * @param wholeNs   shortest run of the uncut network
 * @param places    in how many places the network can be cut
 */
public record CutBalance(List<Integer> starts, List<Long> segmentNs, long wholeNs, int places) {
    /** From here on a longest segment, beside an equal share, is told as lopsided. */
    public static final double LOPSIDED = 1.6;
    private static final int PIECES = 24;
    private static final int CORRECTIONS = 5;
    private static final int STEPS = 8;
    private static final int WARM_UP_RUNS = 2;
    private static final int MOST_RUNS = 15;
    private static final int LEAST_RUNS = 3;
    private static final long RUNS_NS = 60_000_000;
    /** Of a network that takes long, fewer cuts are tried. */
    private static final long MOST_SEARCH_NS = 15_000_000_000L;
    /** A longest segment that is shorter by less is as good. */
    private static final double WORTH = 0.98;

    /** Keeps unmodifiable copies. */
    public CutBalance {
        starts = List.copyOf(starts);
        segmentNs = List.copyOf(segmentNs);
    }

    /**
     * Chooses, on the calling thread, which waits a tenth of the time so that the system does not stop it where it is real-time.
     *
     * @param model   the network
     * @param cuts    number of segments, 2 or more
     * @param options as its jobs will compute
     * @return the best cut that was found
     * @throws InvalidModelException when it cannot be cut so often, or does not run on drawn inputs
     */
    public static CutBalance choose(final OnnxModel model, final int cuts, final OnnxOptions options) {
        final ModelCutter cutter = new ModelCutter(OnnxRuntime.require());
        final ModelCutter.Places places = cutter.places(model);
        places.choose(places.costs(), cuts); // refuses before anything is measured
        final long wholeNs = sum(times(cutter.cut(model, 1), options));
        return choose(places, cuts, wholeNs, starts -> times(places.chain(starts), options));
    }

    /** Chooses by what somebody says that the segments of a cut take, nanoseconds. */
    static CutBalance choose(final ModelCutter.Places places, final int cuts, final long wholeNs,
        final Function<List<Integer>, List<Long>> timer) {
        return new Search(places, timer).best(cuts, wholeNs);
    }

    /**
     * Times a chain.
     *
     * @param chain   the segments
     * @param options how they compute
     * @return shortest run of each, nanoseconds
     * @throws InvalidModelException when it does not run on drawn inputs
     */
    public static List<Long> times(final CutChain chain, final OnnxOptions options) {
        try (SegmentedModel model = SegmentedModel.create(chain, options)) {
            return times(model);
        } catch (final NativeCallException e) {
            throw new InvalidModelException(chain.name() + ": does not run on drawn inputs: " + e.getMessage(), e);
        }
    }

    private static List<Long> times(final SegmentedModel model) {
        model.fillInputs(1);
        final long[] shortest = new long[model.segments()];
        Arrays.fill(shortest, Long.MAX_VALUE);
        int runs = MOST_RUNS;
        for (int run = -WARM_UP_RUNS; run < runs; run++) {
            final long chainNs = System.nanoTime();
            for (int i = 0; i < shortest.length; i++) {
                final long beginNs = System.nanoTime();
                model.run(i);
                shortest[i] = Math.min(shortest[i], Math.max(1, System.nanoTime() - beginNs));
            }
            final long tookNs = System.nanoTime() - chainNs;
            if (run < 0) {
                runs = (int) Math.max(LEAST_RUNS, Math.min(MOST_RUNS, RUNS_NS / Math.max(1, tookNs)));
            }
            LockSupport.parkNanos(tookNs / 9);
        }
        return Arrays.stream(shortest).boxed().toList();
    }

    private static long sum(final List<Long> times) {
        return times.stream().mapToLong(Long::longValue).sum();
    }

    private static long longest(final List<Long> times) {
        return times.stream().mapToLong(Long::longValue).max().orElseThrow();
    }

    /** One search with its measurements. */
    private static final class Search {
        private final ModelCutter.Places places;
        private final Function<List<Integer>, List<Long>> timer;
        private final long endNs = System.nanoTime() + MOST_SEARCH_NS;
        private final List<Integer> allowed;
        private final double[] costs;
        private final Set<List<Integer>> measured = new HashSet<>();
        private List<Integer> starts = List.of();
        private List<Long> times = List.of();

        Search(final ModelCutter.Places places, final Function<List<Integer>, List<Long>> timer) {
            this.places = places;
            this.timer = timer;
            allowed = places.allowed();
            costs = places.costs();
        }

        CutBalance best(final int cuts, final long wholeNs) {
            candidate(places.choose(costs, cuts));
            final int pieces = Math.min(allowed.size(), Math.max(PIECES, 2 * cuts));
            if (pieces > cuts) {
                final List<Integer> fine = places.choose(places.costs(), pieces);
                correct(fine, timer.apply(fine));
            }
            for (int i = 0; i < CORRECTIONS; i++) {
                if (!candidate(places.choose(costs, cuts))) {
                    break; // the corrected costs choose what was measured already
                }
            }
            for (int i = 0; i < STEPS; i++) {
                if (!step()) {
                    break;
                }
            }
            return new CutBalance(starts, times, wholeNs, allowed.size());
        }

        /** Measures a cut, unless that was done or the time is over; false then. Keeps it when it is better. */
        private boolean candidate(final List<Integer> cut) {
            if (!measured.add(cut) || measured.size() > 2 && System.nanoTime() > endNs) {
                return false;
            }
            final List<Long> took = timer.apply(cut);
            correct(cut, took);
            if (times.isEmpty() || longest(took) < WORTH * longest(times)) {
                starts = cut;
                times = took;
            }
            return true;
        }

        /** Makes the costs of each segment's nodes add up to what it took. */
        private void correct(final List<Integer> cut, final List<Long> took) {
            for (int i = 0; i < cut.size(); i++) {
                final int end = i + 1 < cut.size() ? cut.get(i + 1) : costs.length;
                final double known = Arrays.stream(costs, cut.get(i), end).sum();
                for (int node = cut.get(i); node < end; node++) {
                    costs[node] *= took.get(i) / known;
                }
            }
        }

        /** Takes a place off an end of the longest segment; false when that helps nowhere. */
        private boolean step() {
            final List<Integer> from = starts;
            final int longest = times.indexOf(longest(times));
            final int first = allowed.indexOf(from.get(longest));
            if (longest > 0 && first + 1 < allowed.size()) {
                moved(from, longest, allowed.get(first + 1));
            }
            if (longest + 1 < from.size()) {
                moved(from, longest + 1, allowed.get(allowed.indexOf(from.get(longest + 1)) - 1));
            }
            return starts != from;
        }

        private void moved(final List<Integer> from, final int segment, final int start) {
            final List<Integer> moved = new ArrayList<>(from);
            moved.set(segment, start);
            for (int i = 1; i < moved.size(); i++) {
                if (moved.get(i) <= moved.get(i - 1)) {
                    return; // a segment would be empty
                }
            }
            candidate(List.copyOf(moved));
        }
    }

    /** Together, nanoseconds. */
    public long totalNs() {
        return sum(segmentNs);
    }

    /** What cutting costs: fusion that is lost at the cuts, and calls; a share of the uncut network's time. */
    public double cost() {
        return (double) (totalNs() - wholeNs) / wholeNs;
    }

    /** Each segment's share. */
    public String sharesText() {
        return segmentNs.stream().map(ns -> Math.round(100.0 * ns / totalNs()) + " %").collect(Collectors.joining(", "));
    }

    /** Whether even the best cut has a segment much longer than an equal share, which decides how long others wait. */
    public boolean isLopsided() {
        return longest(segmentNs) > LOPSIDED * totalNs() / segmentNs.size();
    }

    /** One sentence for people. */
    public String text() {
        return String.format(Locale.ROOT, "%d segments of %s, chosen by measurement among %d places; uncut %.3f ms, cut %.3f ms:"
            + " %.1f %% %s%s", segmentNs.size(), sharesText(), places, wholeNs / 1e6, totalNs() / 1e6, Math.abs(100 * cost()),
            cost() < 0 ? "less" : "more",
            isLopsided() ? "; LOPSIDED: the longest segment decides how long others wait, and no better cut was found" : "");
    }
}
