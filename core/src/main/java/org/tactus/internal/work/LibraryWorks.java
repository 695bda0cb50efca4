// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.PreparationRefusedException;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.cuda.CudaDevice;
import org.tactus.internal.device.cuda.CudaLibraries;
import org.tactus.internal.device.cuda.LibraryMemory;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.work.Workload;

/**
 * Prepares tasks whose one segment is code of the program on a GPU, with libraries that have the task's memory. Another factory prepares
 * the others.
 */
final class LibraryWorks implements WorkFactory {
    private final WorkFactory others;
    private final Map<String, Workload.GpuCode.Factory> code;

    LibraryWorks(final WorkFactory others, final Map<String, Workload.GpuCode.Factory> code) {
        this.others = others;
        this.code = code;
    }

    /** Refuses code that cannot run as the set and the workload say. */
    static void check(final TaskSet set, final String name, final Workload workload) {
        final String text = "code for a GPU was given for task '" + name + "', ";
        final Task task = set.tasks().stream().filter(known -> known.name().equals(name)).findFirst().orElse(null);
        require(task != null, text + "which is not there; the tasks are "
            + String.join(", ", set.tasks().stream().map(Task::name).toList()));
        require(task.model().isEmpty(), text + "which has a network, which computes by itself; give code to a task without a model");
        require(!workload.code().containsKey(name), text + "which has code for a CPU device, too; give one of the two");
        require(task.segments().size() == 1 && task.segments().getFirst().levels().size() <= 1
            && task.segments().getFirst().offer().isEmpty(), text + "which has several segments, levels or an offer; give it one segment");
        final int index = task.segments().getFirst().device();
        final DeviceSpec device = set.platform().devices().get(index);
        require(device.kind() == DeviceKind.CUDA, text + "which runs on '" + device.name() + "', which is no device of kind cuda; call "
            + "'code' for a CPU device");
        require(device.memory().isPresent(), text + "which runs on '" + device.name() + "', whose memory is not scheduled; give the device "
            + "'memory'");
        require(task.memory().isPresent(), text + "which has no memory; write its 'memory' with a 'footprint'");
        require(task.memory().get().streamBytes().isEmpty(), text + "which streams, and it is not known what its code reads when; write "
            + "'swap' in place of 'stream'");
        CodeCondition.objection(set, index).ifPresent(objection -> require(false,
            text + "which may make the dispatcher of '" + device.name() + "' wait: " + objection));
    }

    private static void require(final boolean holds, final String otherwise) {
        if (!holds) {
            throw new InvalidTaskSetException("tasks", otherwise);
        }
    }

    @Override
    public List<SegmentWork> prepare(final TaskSet set, final List<Device> devices, final Task task, final long seed) {
        final Workload.GpuCode.Factory factory = set.tasks().contains(task) ? code.get(task.name()) : null;
        if (factory == null) {
            return others.prepare(set, devices, task, seed);
        }
        final CudaDevice gpu = (CudaDevice) devices.get(task.segments().getFirst().device());
        try {
            return List.of(gpu.libraries().prepare(task, memory -> open(factory, memory)));
        } catch (final PreparationRefusedException e) { // says nothing of the code
            throw e;
        } catch (final IllegalStateException e) {
            final InvalidTaskSetException refused =
                new InvalidTaskSetException("tasks", "task '" + task.name() + "': its code was not opened: " + e.getMessage());
            refused.initCause(e);
            throw refused;
        }
    }

    private static CudaLibraries.Body open(final Workload.GpuCode.Factory factory, final LibraryMemory memory) {
        final Workload.GpuCode opened;
        try {
            opened = factory.open(new OfTask(memory));
        } catch (final RuntimeException e) {
            throw e;
        } catch (final Exception e) {
            throw new IllegalStateException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
        if (opened == null) {
            throw new IllegalStateException("its factory returned null; return the code");
        }
        return new CudaLibraries.Body() {
            @Override
            public void run(final long job, final long stream) throws Exception {
                opened.run(job, stream);
            }

            @Override
            public void close() {
                opened.close();
            }
        };
    }

    private record OfTask(LibraryMemory memory) implements Workload.GpuMemory {
        @Override
        public void adopt(final Path library) {
            memory.adopt(library);
        }

        @Override
        public void asksFor(final Kind next) {
            switch (next) {
                case CONSTANTS -> memory.asksForConstants();
                case STATE -> memory.asksForState();
                case SCRATCH -> memory.asksForScratch();
            }
        }
    }

    @Override
    public void placed(final Task task, final Workload.Gains gains) {
        others.placed(task, gains);
    }

    @Override
    public String driver() {
        return others.driver();
    }
}
