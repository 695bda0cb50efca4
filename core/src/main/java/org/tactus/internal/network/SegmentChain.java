// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * A network in segments that run one by one on memory of their own, whatever computes them. Made, filled and closed by a control thread.
 * {@link #run} is called by one thread at a time, segments in order, and what one thread wrote must be published to the next (a
 * hand-over queue does). A run allocates nothing on the Java heap; the first runs of a segment are slow, so warm it up.
 */
public interface SegmentChain extends AutoCloseable {
    /**
     * Number of segments.
     *
     * @return at least 1
     */
    int segments();

    /**
     * The form that may stand in for a segment in any run, reading and writing the same tensors. Forms have indices behind the segments'.
     *
     * @param segment index of the segment, from 0
     * @return the form's index for the methods below; empty without one
     */
    default OptionalInt substitute(final int segment) {
        return OptionalInt.empty();
    }

    /**
     * Sees to it that a segment's weights can be read, where memory that is too small for all of them holds them. Control thread, before a
     * run of its own; a job's weights are brought in by the device.
     *
     * @param segment index of the segment, from 0
     */
    default void bringIn(final int segment) {
        // all weights can always be read
    }

    /**
     * Runs one segment on the calling thread (and, with more threads, on its library's own). Allocates nothing.
     *
     * @param segment index of the segment from 0, or of what stands in for one
     * @throws org.tactus.bindings.NativeCallException when the library reports an error, or the segment was terminated
     */
    void run(int segment);

    /**
     * Lists what must be copied between memories before a segment runs. The thread that drives the segment copies it, and the time counts
     * as the segment's.
     *
     * @param segment index of the segment from 0, or of what stands in for one
     * @return in the order of its inputs; empty where all tensors lie in one memory
     */
    default List<Transfer> arrivals(final int segment) {
        return List.of();
    }

    /**
     * What must be copied after a segment: the network's outputs to the host after the last one, what a substitute wrote to where it is
     * expected.
     *
     * @param segment index of the segment from 0, or of what stands in for one
     * @return in the order of the outputs; empty where all tensors lie in one memory
     */
    default List<Transfer> departures(final int segment) {
        return List.of();
    }

    /**
     * Makes the segment's current run, and later ones, end early with an error, where its library can. Safe on any thread.
     *
     * @param segment index of the segment from 0, or of what stands in for one
     */
    void terminate(int segment);

    /**
     * Fills the inputs with seeded values: fractions from -1 to 1, bytes of any value, wider integers and truth values 0 or 1.
     *
     * @param seed the same seed gives the same values
     */
    void fillInputs(long seed);

    /**
     * Makes the network forget what earlier runs left in it, so that the next run is as a first one. Called when none is under way.
     *
     * @return false when only a network that is loaded anew has forgotten
     */
    default boolean resetState() {
        return true;
    }

    /**
     * Why equal inputs need not give equal outputs from run to run.
     *
     * @return such as {@code keeps state from run to run (2 variable tensors)}; empty when they do
     */
    default Optional<String> unrepeatable() {
        return Optional.empty();
    }

    /**
     * Inputs of the network.
     *
     * @return in the network's order
     */
    List<TensorInfo> inputs();

    /**
     * Outputs of the network.
     *
     * @return in the network's order
     */
    List<TensorInfo> outputs();

    /**
     * Memory of an input, an output or a tensor between segments: dense, row-major, in the machine's byte order. Valid until
     * {@link #close}.
     *
     * @param name name in the network
     * @return the memory
     * @throws IllegalArgumentException for another name
     */
    MemorySegment tensor(String name);

    /** Frees all native memory. Called after the last run; a second call does nothing. */
    @Override
    void close();
}
