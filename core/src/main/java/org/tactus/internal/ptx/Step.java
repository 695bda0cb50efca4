// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import java.util.ArrayList;
import java.util.List;

/**
 * What makes one tensor of others, by one launch or a few. While the segment is read it may take over functions of its result, or another
 * tensor that is added to it, so that the result is written only once.
 */
final class Step {
    private final List<String> reads;
    private final Body body;
    private final boolean takesResidual;
    /** Bytes of memory that it needs of its own. */
    private final long workBytes;
    private final List<Activation> activations = new ArrayList<>();
    private String output;
    private String residual;

    /** Writes the launches of a step whose tensors have their places. */
    interface Body {
        void emit(Emitter emitter, Step step);
    }

    Step(final String output, final List<String> reads, final boolean takesResidual, final long workBytes, final Body body) {
        this.output = output;
        this.reads = new ArrayList<>(reads);
        this.takesResidual = takesResidual;
        this.workBytes = workBytes;
        this.body = body;
    }

    Step(final String output, final List<String> reads, final Body body) {
        this(output, reads, false, 0, body);
    }

    /** Takes over a function of the result, which then has another name. */
    void absorb(final Activation activation, final String newOutput) {
        activations.add(activation);
        output = newOutput;
    }

    /** Whether another tensor can be added to the result. */
    boolean takesResidual() {
        return takesResidual && residual == null && activations.isEmpty();
    }

    /** Adds another tensor to the result, which then has another name. */
    void addResidual(final String tensor, final String newOutput) {
        residual = tensor;
        reads.add(tensor);
        output = newOutput;
    }

    String output() {
        return output;
    }

    List<String> reads() {
        return reads;
    }

    long workBytes() {
        return workBytes;
    }

    List<Activation> activations() {
        return activations;
    }

    /** The tensor that is added; null for none. */
    String residual() {
        return residual;
    }

    Epilogue epilogue(final Epilogue.Bias bias) {
        return new Epilogue(bias, residual != null, activations);
    }

    void emit(final Emitter emitter) {
        body.emit(emitter, this);
    }
}
