// SPDX-License-Identifier: Apache-2.0
package org.tactus.work;

import java.util.List;

/** A loaded network as a {@link NetworkPort} sees it: the tensors that a job reads and writes. */
public interface NetworkView {
    /**
     * The tensors that a job's inputs are written into.
     *
     * @return in the order of the network
     */
    List<TensorView> inputs();

    /**
     * The tensors that a job's outputs are read from.
     *
     * @return in the order of the network
     */
    List<TensorView> outputs();

    /**
     * Finds an input or an output.
     *
     * @param name name of the tensor in the network
     * @return the tensor
     * @throws IllegalArgumentException for another name; the message lists the names that exist
     */
    TensorView tensor(String name);
}
