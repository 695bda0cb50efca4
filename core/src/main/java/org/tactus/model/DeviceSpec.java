// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * One device of a platform: a server that runs one segment at a time.
 *
 * @param name      unique in the platform
 * @param kind      what it is
 * @param cores     processor cores: of a CPU device those its segments run on, of an accelerator those its dispatcher may use;
 *                  empty when the kernel may choose
 * @param driver    which driver answers, such as {@code software}; empty for the default
 * @param index     which device of its kind, from 0
 * @param memory    memory as a scheduled resource; empty when memory is not scheduled
 * @param sramBytes parameter memory of an Edge TPU in bytes; 0 for other kinds
 * @param link      the link of a software Edge TPU to its host, such as {@code usb3}; empty for the default and for other kinds
 * @param preemption when a more urgent job takes the device from one that runs; {@link Preemption#FULL} for CPU devices only
 * @param process   in which process the device's library runs; {@link LibraryProcess#CHILD} for Edge TPUs only
 * @param compute   what computes networks there; {@link Compute#ANY} but for GPUs
 */
public record DeviceSpec(
    String name, DeviceKind kind, List<Integer> cores, String driver, int index, Optional<DeviceMemory> memory, long sramBytes,
    String link, Preemption preemption, LibraryProcess process, Compute compute) {

    /** What computes networks on a GPU. */
    public enum Compute {
        /** On a real GPU ONNX Runtime where it can use it, else our kernels; on a software GPU ONNX Runtime, on the processor. */
        ANY(""),
        /** Kernels of our own, with no library but the GPU's driver. */
        KERNELS("kernels"),
        /** The same with the weights of convolutions and matrix products in half precision, from compute capability 8.0 on. */
        KERNELS_FP16("kernels-fp16"),
        /** ONNX Runtime. */
        ONNX_RUNTIME("onnxruntime");

        private final String text;

        Compute(final String text) {
            this.text = text;
        }

        /**
         * Tells whether kernels of our own are asked for.
         *
         * @return true for either kind
         */
        public boolean asksForKernels() {
            return this == KERNELS || this == KERNELS_FP16;
        }

        /**
         * Tells whether kernels of our own compute.
         *
         * @param isReal       whether the GPU is a real one; where nothing is asked for, the host computes for a software GPU
         * @param runtimeLacks whether ONNX Runtime cannot use the GPU; asked only where that decides
         * @return true when they are asked for, or when nothing is asked for and ONNX Runtime cannot use a real GPU
         */
        public boolean isByKernels(final boolean isReal, final BooleanSupplier runtimeLacks) {
            return asksForKernels() || this == ANY && isReal && runtimeLacks.getAsBoolean();
        }

        /**
         * The word that files use.
         *
         * @return {@code kernels}, {@code kernels-fp16} or {@code onnxruntime}; empty where nothing is asked for
         */
        public String text() {
            return text;
        }
    }

    /** In which process a device's library runs. */
    public enum LibraryProcess {
        /** In this one: what the library breaks, it breaks here. */
        OWN("own"),
        /** In a child of this one: a library that aborts, corrupts its memory or hangs ends that process, and so its device alone. */
        CHILD("child");

        private final String text;

        LibraryProcess(final String text) {
            this.text = text;
        }

        /**
         * The word that files use.
         *
         * @return {@code own} or {@code child}
         */
        public String text() {
            return text;
        }

        /**
         * Where a library runs for which nobody says it: libedgetpu, which aborts when USB times out, in a child.
         *
         * @param kind   of the device
         * @param driver as the device names it
         * @return the process
         */
        public static LibraryProcess usual(final DeviceKind kind, final String driver) {
            return kind == DeviceKind.EDGETPU && !driver.equals(SOFTWARE) ? CHILD : OWN;
        }
    }

    private static final String SOFTWARE = "software";

    /** When a more urgent job takes the device from the one that runs. */
    public enum Preemption {
        /** Between two segments: a segment that has started runs to its end. */
        SEGMENTS("segments"),
        /** At any time, but not during a segment that is not {@link Segment#preemptable}. */
        FULL("full");

        private final String text;

        Preemption(final String text) {
            this.text = text;
        }

        /**
         * The word that files and reports use.
         *
         * @return {@code segments} or {@code full}
         */
        public String text() {
            return text;
        }
    }

    public DeviceSpec {
        cores = List.copyOf(cores);
    }

    /**
     * Makes a device that is not preempted within a segment.
     *
     * @param name      unique in the platform
     * @param kind      what it is
     * @param cores     processor cores
     * @param driver    which driver answers; empty for the default
     * @param index     which device of its kind, from 0
     * @param memory    memory as a scheduled resource
     * @param sramBytes parameter memory of an Edge TPU in bytes; 0 for other kinds
     * @param link      the link of a software Edge TPU to its host; empty for the default and for other kinds
     */
    public DeviceSpec(
        final String name, final DeviceKind kind, final List<Integer> cores, final String driver, final int index,
        final Optional<DeviceMemory> memory, final long sramBytes, final String link) {
        this(name, kind, cores, driver, index, memory, sramBytes, link, Preemption.SEGMENTS, LibraryProcess.usual(kind, driver),
            Compute.ANY);
    }

    /**
     * Makes a device on the default link.
     *
     * @param name      unique in the platform
     * @param kind      what it is
     * @param cores     processor cores
     * @param driver    which driver answers; empty for the default
     * @param index     which device of its kind, from 0
     * @param memory    memory as a scheduled resource
     * @param sramBytes parameter memory of an Edge TPU in bytes; 0 for other kinds
     */
    public DeviceSpec(
        final String name, final DeviceKind kind, final List<Integer> cores, final String driver, final int index,
        final Optional<DeviceMemory> memory, final long sramBytes) {
        this(name, kind, cores, driver, index, memory, sramBytes, "");
    }

    /**
     * Makes a CPU device.
     *
     * @param name  its name
     * @param cores the cores that it runs on; none to let the kernel choose
     * @return the device
     */
    public static DeviceSpec cpu(final String name, final Integer... cores) {
        return new DeviceSpec(name, DeviceKind.CPU, List.of(cores), "", 0, Optional.empty(), 0);
    }

    /**
     * Makes a modelled accelerator without scheduled memory.
     *
     * @param name its name
     * @return the device
     */
    public static DeviceSpec modelled(final String name) {
        return new DeviceSpec(name, DeviceKind.MODELLED, List.of(), "", 0, Optional.empty(), 0);
    }

    /**
     * Makes a GPU of NVIDIA's driver, the first one, without scheduled memory.
     *
     * @param name its name
     * @return the device
     */
    public static DeviceSpec gpu(final String name) {
        return new DeviceSpec(name, DeviceKind.CUDA, List.of(), "", 0, Optional.empty(), 0);
    }

    /**
     * Makes a GPU that this process plays, without scheduled memory.
     *
     * @param name  its name
     * @param cores the cores that it may use; none to let the kernel choose
     * @return the device
     */
    public static DeviceSpec softwareGpu(final String name, final Integer... cores) {
        return new DeviceSpec(name, DeviceKind.CUDA, List.of(cores), SOFTWARE, 0, Optional.empty(), 0);
    }

    /**
     * The cores that the device's dispatcher may use. Where processor cores compute the device's segments this is the first of them alone,
     * because the computation, on the others, must not wait for the dispatcher.
     *
     * @return cores; empty when the kernel may choose
     */
    public List<Integer> dispatcherCores() {
        final boolean computes = kind == DeviceKind.CPU || driver.equals(SOFTWARE);
        return computes && cores.size() > 1 ? cores.subList(0, 1) : cores;
    }

    /**
     * Tells whether the weights of networks lie in this device's scheduled memory: they do on a software GPU, and where kernels of our own
     * are asked for; ONNX Runtime keeps them itself.
     *
     * @return true when they do
     */
    public boolean holdsNetworks() {
        return kind == DeviceKind.CUDA && (driver.equals(SOFTWARE) || compute.asksForKernels()) && memory.isPresent();
    }

    /**
     * Tells whether kernels of our own compute networks on this device.
     *
     * @param runtimeLacks whether ONNX Runtime cannot use a GPU of a number; asked only where that decides
     * @return true when they are asked for, or when nothing is asked for and ONNX Runtime cannot use a real GPU
     */
    public boolean computesByKernels(final IntPredicate runtimeLacks) {
        return kind == DeviceKind.CUDA && compute.isByKernels(!driver.equals(SOFTWARE), () -> runtimeLacks.test(index));
    }

    /**
     * Chooses among the devices of a kind.
     *
     * @param number from 0
     * @return a copy
     */
    public DeviceSpec withIndex(final int number) {
        return new DeviceSpec(name, kind, cores, driver, number, memory, sramBytes, link, preemption, process, compute);
    }

    /**
     * Adds memory to this device.
     *
     * @param scheduled memory as a scheduled resource
     * @return a copy with that memory
     */
    public DeviceSpec withMemory(final DeviceMemory scheduled) {
        return new DeviceSpec(name, kind, cores, driver, index, Optional.of(scheduled), sramBytes, link, preemption, process, compute);
    }

    /**
     * Leaves the memory unscheduled.
     *
     * @return a copy without memory
     */
    public DeviceSpec withoutMemory() {
        return new DeviceSpec(name, kind, cores, driver, index, Optional.empty(), sramBytes, link, preemption, process, compute);
    }

    /**
     * Changes when the device is preempted.
     *
     * @param when at any time or between segments
     * @return a copy
     */
    public DeviceSpec withPreemption(final Preemption when) {
        return new DeviceSpec(name, kind, cores, driver, index, memory, sramBytes, link, when, process, compute);
    }

    /**
     * Changes where the device's library runs.
     *
     * @param where in this process or in a child
     * @return a copy
     */
    public DeviceSpec withProcess(final LibraryProcess where) {
        return new DeviceSpec(name, kind, cores, driver, index, memory, sramBytes, link, preemption, where, compute);
    }

    /**
     * Changes what computes networks.
     *
     * @param by kernels of our own or ONNX Runtime
     * @return a copy
     */
    public DeviceSpec withCompute(final Compute by) {
        return new DeviceSpec(name, kind, cores, driver, index, memory, sramBytes, link, preemption, process, by);
    }

    /**
     * Tells whether a more urgent job takes the device from one whose segment runs.
     *
     * @return true with {@link Preemption#FULL}
     */
    public boolean isPreemptive() {
        return preemption == Preemption.FULL;
    }
}
