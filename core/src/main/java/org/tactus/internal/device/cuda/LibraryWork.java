// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

/** A segment that code of the program executes with a library that has the task's memory. */
final class LibraryWork implements CudaWork {
    private final CudaDevice device;
    private final CudaLibraries libraries;
    private final LibraryMemory memory;
    private final CudaLibraries.Body body;

    LibraryWork(final CudaDevice device, final CudaLibraries libraries, final LibraryMemory memory, final CudaLibraries.Body body) {
        this.device = device;
        this.libraries = libraries;
        this.memory = memory;
        this.body = body;
    }

    /** Lets the code queue its work in the stream, or do it; either is the segment's execution. */
    @Override
    public void launch(final long stream, final long job) {
        memory.holding.requireResident(0); // an access to what is out would break the device, or the process
        device.launching();
        Throwable broken = null;
        libraries.enter(memory);
        try {
            body.run(job, stream);
        } catch (final Throwable e) {
            broken = e;
        } finally {
            libraries.enter(null);
        }
        if (broken != null || memory.isRefused()) {
            throw libraries.failure(memory, broken);
        }
    }

    @Override
    public void close() {
        libraries.close(memory, body);
    }
}
