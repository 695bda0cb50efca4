// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.tactus.work.NetworkPort;
import org.tactus.work.NetworkView;
import org.tactus.work.TensorView;
import org.tactus.work.Workload;

/**
 * One camera of the braking study in a real run: frames that were drawn before, and the ports of the task's networks. A port crops or
 * scales the job's frame into its network's input, reads the answer, and after the optional part merges, and says what the next frame's
 * scales are worth. All of it lies outside the Java heap. The dispatcher calls the ports; the rest is for before and after the run.
 */
final class LiveCamera {
    private final List<MemorySegment> frames = new ArrayList<>();
    private final List<BoxTable> truths = new ArrayList<>();
    private final List<BoxTable> answers = new ArrayList<>();
    /** For jobs behind the last frame, which see it once more and are not judged. */
    private final BoxTable behind = new BoxTable(128);
    private final FrameScaler scaler = new FrameScaler(StreetScene.WIDTH, StreetScene.HEIGHT);
    private final BoxTable mandatory = new BoxTable(64);
    private final BoxTable optional = new BoxTable(64);
    private final BoxTable last = new BoxTable(128);
    private final BoxTable before = new BoxTable(128);
    private final CriticalRegion region = new CriticalRegion();
    private Workload.Gains gains;

    LiveCamera(final long seed, final int frames) {
        final StreetScene scene = new StreetScene(StreetScene.Kind.DRIVING, seed);
        for (int i = 0; i < frames; i++) {
            final MemorySegment frame = Arena.ofAuto().allocate(3L * StreetScene.WIDTH * StreetScene.HEIGHT);
            final BoxTable there = new BoxTable(64);
            scene.draw(frame, there);
            this.frames.add(frame);
            truths.add(there);
            answers.add(new BoxTable(128));
        }
    }

    /** Takes where the gains of its task's scales are written. */
    void gains(final Workload.Gains writer) {
        gains = writer;
        say();
    }

    private void say() {
        for (int level = 0; level < BrakingSizes.LEVELS; level++) {
            gains.set(1, level, BrakingGains.gain(last, region, level));
        }
    }

    private int index(final long job) {
        return (int) Math.min(job, frames.size() - 1);
    }

    /** The port of the mandatory part. */
    NetworkPort mandatory(final NetworkView network) {
        final TensorView input = network.inputs().getFirst();
        final TensorView cells = network.outputs().getFirst();
        return new NetworkPort() {
            @Override
            public void begin(final long job) {
                region.predict(last, before);
                scaler.scale(frames.get(index(job)), region.left(), region.top(), CriticalRegion.WIDTH, CriticalRegion.HEIGHT,
                    input.memory(), CriticalRegion.WIDTH, CriticalRegion.HEIGHT);
            }

            @Override
            public void end(final long job) {
                mandatory.clear();
                CellDecoder.decode(cells.memory(), CriticalRegion.WIDTH / CellDecoder.STRIDE, CriticalRegion.HEIGHT / CellDecoder.STRIDE,
                    region.left(), region.top(), 1, 1, mandatory);
            }
        };
    }

    /** The port of the optional part in one scale. */
    NetworkPort optional(final NetworkView network, final int level) {
        final TensorView input = network.inputs().getFirst();
        final TensorView cells = network.outputs().getFirst();
        final int width = BrakingSizes.width(level);
        final int height = BrakingSizes.height(level);
        return new NetworkPort() {
            @Override
            public void begin(final long job) {
                scaler.scale(frames.get(index(job)), 0, 0, StreetScene.WIDTH, StreetScene.HEIGHT, input.memory(), width, height);
            }

            @Override
            public void end(final long job) {
                optional.clear();
                CellDecoder.decode(cells.memory(), width / CellDecoder.STRIDE, height / CellDecoder.STRIDE, 0, 0,
                    (float) StreetScene.WIDTH / width, (float) StreetScene.HEIGHT / height, optional);
                final BoxTable union = job < answers.size() ? answers.get((int) job) : behind;
                before.copy(last);
                Merge.merge(mandatory, optional, region, union);
                last.copy(union);
                say();
            }
        };
    }

    /** Judges the answers of the first jobs. */
    void judge(final long jobs, final AveragePrecision inside, final AveragePrecision outside) {
        final CriticalRegion dangerous = new CriticalRegion();
        for (int i = 0; i < Math.min(jobs, frames.size()); i++) {
            final BoxTable union = answers.get(i);
            final BoxTable there = truths.get(i);
            dangerous.around(there);
            inside.add(union, there, k -> dangerous.holds(union, k), k -> dangerous.holds(there, k));
            outside.add(union, there, k -> !dangerous.holds(union, k), k -> !dangerous.holds(there, k));
        }
    }
}
