package org.tactus.device;

/**
 * Brings tensors from a device to the host for a segment that a processor computes. Made and closed by the control thread, called by
 * that segment's dispatcher.
 */
public interface TensorFetch extends AutoCloseable {
    /** There is nothing to bring. */
    TensorFetch NONE = new TensorFetch() {
        @Override
        public void fetch() {
            // all is there
        }

        @Override
        public void cancel() {
            // never waits
        }

        @Override
        public void close() {
            // holds nothing
        }
    };

    /**
     * Copies, and returns when the bytes are there. Allocates nothing.
     *
     * @throws RuntimeException when the device broke, or {@link #cancel} was called
     */
    void fetch();

    /** Makes the fetch under way, and every later one, end early with an error. Any thread. */
    void cancel();

    /** Frees what it holds. */
    @Override
    void close();
}
