// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_ILLEGAL_STATE;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_HANDLE;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_IMAGE;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_PTX;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_VALUE;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_NOT_FOUND;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_SUCCESS;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.tactus.bindings.cuda.ptx.PtxKernel;
import org.tactus.bindings.software.Handles;

/**
 * Modules, kernels and graphs; each method is the function of its name. The kernels of {@link SoftwareKernels} are known by their names;
 * the PTX of others is interpreted.
 */
final class ModuleCalls {
    private static final int MODULE = 0x4D;
    private static final int FUNCTION = 0x46;
    private static final int GRAPH = 0x47;
    private static final int EXEC = 0x58;
    private static final long MAX_IMAGE_BYTES = 1 << 24;
    private static final int MAX_THREADS = 1024;
    private static final int FIRST_CAPTURE = 16;

    private final Calls calls;
    private final SoftwareGpu gpu;
    private final Handles<SoftwareModule> modules = new Handles<>(MODULE);
    private final Handles<SoftwareFunction> functions = new Handles<>(FUNCTION);
    private final Handles<SoftwareGraph> graphs = new Handles<>(GRAPH);
    private final Handles<SoftwareGraph> execs = new Handles<>(EXEC);

    /** A module: its text, and handles of the kernels that were asked for. */
    private record SoftwareModule(String text, Map<String, Long> functions) {
    }

    /** A kernel of a module; what is interpreted is null of others. */
    private static final class SoftwareFunction {
        private final int kernel;
        private final PtxKernel interpreted;
        private boolean launched;

        SoftwareFunction(final int kernel, final PtxKernel interpreted) {
            this.kernel = kernel;
            this.interpreted = interpreted;
        }
    }

    /** What was recorded: commands, and by command the launch where a kernel is interpreted. */
    private record SoftwareGraph(long[] commands, PtxCommand[] launches) {
    }

    ModuleCalls(final Calls calls) {
        this.calls = calls;
        this.gpu = calls.gpu;
    }

    int cuModuleLoadData(final long out, final long image) {
        synchronized (gpu) {
            final int status = calls.inContext();
            if (status != 0) {
                return status;
            }
            if (image == 0) {
                return CUDA_ERROR_INVALID_VALUE();
            }
            final String text = MemorySegment.ofAddress(image).reinterpret(MAX_IMAGE_BYTES).getString(0);
            if (!text.contains(".version") || !text.contains(".target")) {
                return CUDA_ERROR_INVALID_IMAGE();
            }
            HostMemory.putLong(out, modules.add(new SoftwareModule(text, new HashMap<>())));
            return CUDA_SUCCESS();
        }
    }

    int cuModuleUnload(final long module) {
        synchronized (gpu) {
            final int status = calls.inContext();
            final SoftwareModule found = status == 0 ? modules.remove(module) : null;
            if (found == null) {
                return status != 0 ? status : CUDA_ERROR_INVALID_HANDLE();
            }
            found.functions.values().forEach(functions::remove);
            return CUDA_SUCCESS();
        }
    }

    int cuModuleGetFunction(final long out, final long module, final long name) {
        synchronized (gpu) {
            final int status = calls.inContext();
            final SoftwareModule found = modules.find(module);
            if (status != 0 || found == null) {
                return status != 0 ? status : CUDA_ERROR_INVALID_HANDLE();
            }
            final String entry = MemorySegment.ofAddress(name).reinterpret(MAX_IMAGE_BYTES).getString(0);
            final int kernel = SoftwareKernels.NAMES.indexOf(entry);
            if (!PtxKernel.declares(found.text, entry)) {
                return CUDA_ERROR_NOT_FOUND();
            }
            try {
                HostMemory.putLong(out, found.functions.computeIfAbsent(entry, asked -> functions.add(kernel >= 0
                    ? new SoftwareFunction(kernel, null) : new SoftwareFunction(SoftwareKernels.INTERPRETED,
                    PtxKernel.parse(found.text, asked)))));
            } catch (final IllegalArgumentException e) {
                gpu.reasons.note(CUDA_ERROR_INVALID_PTX(), e.getMessage());
                return CUDA_ERROR_INVALID_PTX();
            }
            return CUDA_SUCCESS();
        }
    }

    int cuLaunchKernel(
        final long function, final int gridX, final int gridY, final int gridZ, final int blockX, final int blockY, final int blockZ,
        final int sharedBytes, final long stream, final long parameters, final long extra) {
        if (gridX <= 0 || gridY <= 0 || gridZ <= 0 || blockX <= 0 || blockY <= 0 || blockZ <= 0
            || (long) blockX * blockY * blockZ > MAX_THREADS || sharedBytes < 0 || parameters == 0 || extra != 0) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        calls.enter();
        final long startNs = System.nanoTime();
        final boolean first;
        int round = 0;
        while (true) {
            synchronized (gpu) {
                final int status = calls.inContext();
                final SoftwareFunction found = functions.find(function);
                final SoftwareStream to = stream == 0 ? gpu.defaultStream : gpu.streams.find(stream);
                if (status != 0 || found == null || to == null) {
                    return status != 0 ? status : CUDA_ERROR_INVALID_HANDLE();
                }
                if (!to.isFull()) {
                    if (found.interpreted != null) {
                        gpu.queue(to, CommandDescriptor.KERNEL, found.kernel, 0, 0, 0, 0, PtxCommand.of(found.interpreted,
                            new int[] {gridX, gridY, gridZ}, new int[] {blockX, blockY, blockZ}, gpu.settings.seed(), parameters));
                    } else {
                        queueModelled(to, found.kernel, parameters);
                    }
                    first = !found.launched;
                    found.launched = true;
                    break;
                }
            }
            round = Calls.pause(round);
        }
        Calls.spend(startNs, first ? calls.settings.traits().firstLaunchNs() : 0);
        gpu.ring();
        return CUDA_SUCCESS();
    }

    /** A kernel that takes time and computes nothing. Held: the GPU's lock. */
    private void queueModelled(final SoftwareStream to, final int kernel, final long parameters) {
        final int count = SoftwareKernels.arguments(kernel);
        gpu.queue(to, CommandDescriptor.KERNEL, kernel, SoftwareKernels.argument(kernel, 0, parameters),
            count > 1 ? SoftwareKernels.argument(kernel, 1, parameters) : 0,
            count > 2 ? SoftwareKernels.argument(kernel, 2, parameters) : 0,
            count > 3 ? SoftwareKernels.argument(kernel, 3, parameters) : 0);
    }

    int cuStreamBeginCapture(final long stream, final int mode) {
        synchronized (gpu) {
            final int status = calls.inContext();
            final SoftwareStream found = gpu.streams.find(stream);
            if (status != 0 || found == null) {
                return status != 0 ? status : CUDA_ERROR_INVALID_HANDLE();
            }
            if (found.capture != null) {
                return CUDA_ERROR_ILLEGAL_STATE();
            }
            found.capture = new long[FIRST_CAPTURE * CommandDescriptor.WORDS];
            found.capturedLaunches = new PtxCommand[FIRST_CAPTURE];
            found.captured = 0;
            return CUDA_SUCCESS();
        }
    }

    int cuStreamEndCapture(final long stream, final long graph) {
        synchronized (gpu) {
            final int status = calls.inContext();
            final SoftwareStream found = gpu.streams.find(stream);
            if (status != 0 || found == null) {
                return status != 0 ? status : CUDA_ERROR_INVALID_HANDLE();
            }
            if (found.capture == null) {
                return CUDA_ERROR_ILLEGAL_STATE();
            }
            HostMemory.putLong(graph, graphs.add(new SoftwareGraph(
                Arrays.copyOf(found.capture, found.captured * CommandDescriptor.WORDS), found.capturedLaunches)));
            found.capture = null;
            found.capturedLaunches = null;
            return CUDA_SUCCESS();
        }
    }

    int cuGraphInstantiateWithFlags(final long out, final long graph, final long flags) {
        synchronized (gpu) {
            final int status = calls.inContext();
            final SoftwareGraph found = graphs.find(graph);
            if (status != 0 || found == null || flags != 0) {
                return status != 0 ? status : CUDA_ERROR_INVALID_VALUE();
            }
            HostMemory.putLong(out, execs.add(found));
            return CUDA_SUCCESS();
        }
    }

    int cuGraphLaunch(final long exec, final long stream) {
        calls.enter();
        int round = 0;
        int at = 0;
        while (true) {
            synchronized (gpu) {
                final int status = calls.inContext();
                final SoftwareGraph graph = execs.find(exec);
                final SoftwareStream to = stream == 0 ? gpu.defaultStream : gpu.streams.find(stream);
                if (status != 0 || graph == null || to == null) {
                    return status != 0 ? status : CUDA_ERROR_INVALID_HANDLE();
                }
                final long[] found = graph.commands;
                while (at < found.length && !to.isFull()) {
                    final int first = at + CommandDescriptor.ARGUMENT;
                    gpu.queue(to, found[at], found[first], found[first + 1], found[first + 2], found[first + 3], found[first + 4],
                        graph.launches[at / CommandDescriptor.WORDS]);
                    at += CommandDescriptor.WORDS;
                }
                if (at == found.length) {
                    break;
                }
            }
            round = Calls.pause(round);
        }
        gpu.ring();
        return CUDA_SUCCESS();
    }

    int cuGraphExecDestroy(final long exec) {
        synchronized (gpu) {
            final int status = calls.inContext();
            return status != 0 ? status : execs.remove(exec) == null ? CUDA_ERROR_INVALID_VALUE() : CUDA_SUCCESS();
        }
    }

    int cuGraphDestroy(final long graph) {
        synchronized (gpu) {
            final int status = calls.inContext();
            return status != 0 ? status : graphs.remove(graph) == null ? CUDA_ERROR_INVALID_VALUE() : CUDA_SUCCESS();
        }
    }

    /** The context is gone: so is what it loaded. */
    void reset() {
        modules.clear();
        functions.clear();
        graphs.clear();
        execs.clear();
    }

    int modules() {
        return modules.count();
    }

    int graphs() {
        return graphs.count() + execs.count();
    }
}
