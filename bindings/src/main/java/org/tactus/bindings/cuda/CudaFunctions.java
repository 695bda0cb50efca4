// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tactus.bindings.generated.cuda.cuCtxSynchronize_t;
import org.tactus.bindings.generated.cuda.cuda_h;

/**
 * One driver's functions: the address of each, named as in the C header. The generated classes call an address through a
 * constant handle of the function's type, so that several drivers live in one process at the cost of one register.
 */
final class CudaFunctions {
    /** Stands for what a driver lacks; C lets a function ignore the arguments that it is passed. */
    static final MemorySegment ABSENT = cuCtxSynchronize_t.allocate(cuda_h::CUDA_ERROR_NOT_SUPPORTED, Arena.global());

    final MemorySegment cuInit;
    final MemorySegment cuDriverGetVersion;
    final MemorySegment cuGetErrorName;
    final MemorySegment cuGetErrorString;
    final MemorySegment cuDeviceGetCount;
    final MemorySegment cuDeviceGet;
    final MemorySegment cuDeviceGetName;
    final MemorySegment cuDeviceGetAttribute;
    final MemorySegment cuDeviceTotalMem_v2;
    final MemorySegment cuDevicePrimaryCtxRetain;
    final MemorySegment cuDevicePrimaryCtxRelease_v2;
    final MemorySegment cuCtxSetCurrent;
    final MemorySegment cuCtxSynchronize;
    final MemorySegment cuCtxGetStreamPriorityRange;
    final MemorySegment cuMemGetInfo_v2;
    final MemorySegment cuMemGetAllocationGranularity;
    final MemorySegment cuMemAddressReserve;
    final MemorySegment cuMemAddressFree;
    final MemorySegment cuMemCreate;
    final MemorySegment cuMemRelease;
    final MemorySegment cuMemMap;
    final MemorySegment cuMemUnmap;
    final MemorySegment cuMemSetAccess;
    final MemorySegment cuMemAlloc_v2;
    final MemorySegment cuMemFree_v2;
    final MemorySegment cuMemHostAlloc;
    final MemorySegment cuMemFreeHost;
    final MemorySegment cuMemHostRegister_v2;
    final MemorySegment cuMemHostUnregister;
    final MemorySegment cuMemHostGetDevicePointer_v2;
    final MemorySegment cuMemAllocManaged;
    final MemorySegment cuMemPrefetchAsync_v2;
    final MemorySegment cuMemcpyHtoD_v2;
    final MemorySegment cuMemcpyDtoH_v2;
    final MemorySegment cuMemcpyHtoDAsync_v2;
    final MemorySegment cuMemcpyDtoHAsync_v2;
    final MemorySegment cuMemsetD8Async;
    final MemorySegment cuMemsetD32Async;
    final MemorySegment cuStreamCreateWithPriority;
    final MemorySegment cuStreamDestroy_v2;
    final MemorySegment cuStreamSynchronize;
    final MemorySegment cuStreamQuery;
    final MemorySegment cuStreamWaitEvent;
    final MemorySegment cuLaunchHostFunc;
    final MemorySegment cuStreamWriteValue32_v2;
    final MemorySegment cuStreamWaitValue32_v2;
    final MemorySegment cuEventCreate;
    final MemorySegment cuEventDestroy_v2;
    final MemorySegment cuEventRecord;
    final MemorySegment cuEventQuery;
    final MemorySegment cuEventSynchronize;
    final MemorySegment cuEventElapsedTime;
    final MemorySegment cuModuleLoadData;
    final MemorySegment cuModuleUnload;
    final MemorySegment cuModuleGetFunction;
    final MemorySegment cuLaunchKernel;
    final MemorySegment cuStreamBeginCapture_v2;
    final MemorySegment cuStreamEndCapture;
    final MemorySegment cuGraphInstantiateWithFlags;
    final MemorySegment cuGraphLaunch;
    final MemorySegment cuGraphExecDestroy;
    final MemorySegment cuGraphDestroy;

    /** Functions that the driver lacks; they answer {@code CUDA_ERROR_NOT_SUPPORTED}. */
    final List<String> absent = new ArrayList<>();
    private final SymbolLookup lookup;

    CudaFunctions(final SymbolLookup lookup) {
        this.lookup = lookup;
        cuInit = function("cuInit");
        cuDriverGetVersion = function("cuDriverGetVersion");
        cuGetErrorName = function("cuGetErrorName");
        cuGetErrorString = function("cuGetErrorString");
        cuDeviceGetCount = function("cuDeviceGetCount");
        cuDeviceGet = function("cuDeviceGet");
        cuDeviceGetName = function("cuDeviceGetName");
        cuDeviceGetAttribute = function("cuDeviceGetAttribute");
        cuDeviceTotalMem_v2 = function("cuDeviceTotalMem_v2");
        cuDevicePrimaryCtxRetain = function("cuDevicePrimaryCtxRetain");
        cuDevicePrimaryCtxRelease_v2 = function("cuDevicePrimaryCtxRelease_v2");
        cuCtxSetCurrent = function("cuCtxSetCurrent");
        cuCtxSynchronize = function("cuCtxSynchronize");
        cuCtxGetStreamPriorityRange = function("cuCtxGetStreamPriorityRange");
        cuMemGetInfo_v2 = function("cuMemGetInfo_v2");
        cuMemGetAllocationGranularity = function("cuMemGetAllocationGranularity");
        cuMemAddressReserve = function("cuMemAddressReserve");
        cuMemAddressFree = function("cuMemAddressFree");
        cuMemCreate = function("cuMemCreate");
        cuMemRelease = function("cuMemRelease");
        cuMemMap = function("cuMemMap");
        cuMemUnmap = function("cuMemUnmap");
        cuMemSetAccess = function("cuMemSetAccess");
        cuMemAlloc_v2 = function("cuMemAlloc_v2");
        cuMemFree_v2 = function("cuMemFree_v2");
        cuMemHostAlloc = function("cuMemHostAlloc");
        cuMemFreeHost = function("cuMemFreeHost");
        cuMemHostRegister_v2 = function("cuMemHostRegister_v2");
        cuMemHostUnregister = function("cuMemHostUnregister");
        cuMemHostGetDevicePointer_v2 = function("cuMemHostGetDevicePointer_v2");
        cuMemAllocManaged = function("cuMemAllocManaged");
        cuMemPrefetchAsync_v2 = function("cuMemPrefetchAsync_v2");
        cuMemcpyHtoD_v2 = function("cuMemcpyHtoD_v2");
        cuMemcpyDtoH_v2 = function("cuMemcpyDtoH_v2");
        cuMemcpyHtoDAsync_v2 = function("cuMemcpyHtoDAsync_v2");
        cuMemcpyDtoHAsync_v2 = function("cuMemcpyDtoHAsync_v2");
        cuMemsetD8Async = function("cuMemsetD8Async");
        cuMemsetD32Async = function("cuMemsetD32Async");
        cuStreamCreateWithPriority = function("cuStreamCreateWithPriority");
        cuStreamDestroy_v2 = function("cuStreamDestroy_v2");
        cuStreamSynchronize = function("cuStreamSynchronize");
        cuStreamQuery = function("cuStreamQuery");
        cuStreamWaitEvent = function("cuStreamWaitEvent");
        cuLaunchHostFunc = function("cuLaunchHostFunc");
        cuStreamWriteValue32_v2 = function("cuStreamWriteValue32_v2");
        cuStreamWaitValue32_v2 = function("cuStreamWaitValue32_v2");
        cuEventCreate = function("cuEventCreate");
        cuEventDestroy_v2 = function("cuEventDestroy_v2");
        cuEventRecord = function("cuEventRecord");
        cuEventQuery = function("cuEventQuery");
        cuEventSynchronize = function("cuEventSynchronize");
        cuEventElapsedTime = function("cuEventElapsedTime");
        cuModuleLoadData = function("cuModuleLoadData");
        cuModuleUnload = function("cuModuleUnload");
        cuModuleGetFunction = function("cuModuleGetFunction");
        cuLaunchKernel = function("cuLaunchKernel");
        cuStreamBeginCapture_v2 = function("cuStreamBeginCapture_v2");
        cuStreamEndCapture = function("cuStreamEndCapture");
        cuGraphInstantiateWithFlags = function("cuGraphInstantiateWithFlags");
        cuGraphLaunch = function("cuGraphLaunch");
        cuGraphExecDestroy = function("cuGraphExecDestroy");
        cuGraphDestroy = function("cuGraphDestroy");
    }

    /** A function by its name, whether a constant here names it or not. */
    Optional<MemorySegment> find(final String name) {
        return lookup.find(name);
    }

    private MemorySegment function(final String name) {
        return lookup.find(name).orElseGet(() -> {
            absent.add(name);
            return ABSENT;
        });
    }
}
