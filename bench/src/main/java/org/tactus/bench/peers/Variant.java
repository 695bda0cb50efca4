// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

/** The ways to run both tasks on one core. */
enum Variant {
    /** Segments do not preempt, so the heavy network is cut. */
    TACTUS_SEGMENTS("Tactus, heavy in 8 segments"),
    /** {@code preemption: full}: a level of SCHED_FIFO for each priority. */
    TACTUS_PREEMPTIVE("Tactus, preemptive"),
    /** A scheduled executor with one ordinary thread for each task. */
    EXECUTOR("executor, one thread a task"),
    /** The same, with the urgent task's thread at SCHED_FIFO 80, as {@code chrt -f 80} sets it. */
    EXECUTOR_FIFO("executor, urgent thread at SCHED_FIFO 80"),
    /** The executor with ONNX Runtime's own Java API. */
    JAVA_API("ONNX Runtime's Java API, executor"),
    /** The same, with the urgent task's thread at SCHED_FIFO 80. */
    JAVA_API_FIFO("ONNX Runtime's Java API, urgent thread at SCHED_FIFO 80");

    private final String label;

    Variant(final String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    boolean isTactus() {
        return this == TACTUS_SEGMENTS || this == TACTUS_PREEMPTIVE;
    }

    boolean isFifo() {
        return this == EXECUTOR_FIFO || this == JAVA_API_FIFO;
    }

    boolean isJavaApi() {
        return this == JAVA_API || this == JAVA_API_FIFO;
    }

    /** ONNX Runtime's API computes networks only. */
    boolean does(final Contest.Work work) {
        return work == Contest.Work.NETWORK || !isJavaApi();
    }
}
