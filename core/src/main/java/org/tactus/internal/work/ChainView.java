// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.network.SegmentChain;
import org.tactus.work.NetworkView;
import org.tactus.work.TensorType;
import org.tactus.work.TensorView;

/** Shows a network's inputs and outputs to the embedding program in types that know no native library. */
final class ChainView implements NetworkView {
    private final List<TensorView> inputs;
    private final List<TensorView> outputs;

    ChainView(final SegmentChain chain) {
        inputs = chain.inputs().stream().map(info -> view(chain, info)).toList();
        outputs = chain.outputs().stream().map(info -> view(chain, info)).toList();
    }

    private static TensorView view(final SegmentChain chain, final TensorInfo info) {
        return new TensorView(info.name(), TensorType.valueOf(info.type().name()), info.shape(), chain.tensor(info.name()));
    }

    @Override
    public List<TensorView> inputs() {
        return inputs;
    }

    @Override
    public List<TensorView> outputs() {
        return outputs;
    }

    @Override
    public TensorView tensor(final String name) {
        return Stream.concat(inputs.stream(), outputs.stream()).filter(tensor -> tensor.name().equals(name)).findFirst()
            .orElseThrow(() -> new IllegalArgumentException("the network has no input or output '" + name + "'; it has "
                + Stream.concat(inputs.stream(), outputs.stream()).map(TensorView::name).collect(Collectors.joining(", "))));
    }
}
