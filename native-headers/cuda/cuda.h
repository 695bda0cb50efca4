/*
 * The part of the CUDA driver interface that Tactus calls, declared from its documentation: the linked names (with the suffix
 * that the ABI has), the constants and the structures. Pointers, handles and device addresses are passed as integers of the
 * pointer's width (LP64), so that a call from Java needs no object and allocates nothing.
 *
 * Each function is declared once, by TACTUS_CUDA_FUNCTION, as the type NAME_t of a pointer to it: a driver is a table of such
 * pointers, and which driver answers (the real library's, or the software driver's stubs in this process) is known at run
 * time only. A check of these declarations against NVIDIA's header defines the macro otherwise before it includes this file.
 */
#ifndef TACTUS_CUDA_H
#define TACTUS_CUDA_H

typedef long cuda_address;           /* a host pointer, or a handle: context, stream, event, module, function, graph */
typedef unsigned long long cuda_dptr; /* CUdeviceptr */
typedef unsigned long cuda_size;     /* size_t */

#ifndef TACTUS_CUDA_FUNCTION
#define TACTUS_CUDA_FUNCTION(name, ...) typedef int (*name##_t)(__VA_ARGS__)
#endif

/* CUresult */
#define CUDA_SUCCESS 0
#define CUDA_ERROR_INVALID_VALUE 1
#define CUDA_ERROR_OUT_OF_MEMORY 2
#define CUDA_ERROR_NOT_INITIALIZED 3
#define CUDA_ERROR_DEINITIALIZED 4
#define CUDA_ERROR_NO_DEVICE 100
#define CUDA_ERROR_INVALID_DEVICE 101
#define CUDA_ERROR_INVALID_IMAGE 200
#define CUDA_ERROR_INVALID_CONTEXT 201
#define CUDA_ERROR_INVALID_PTX 218
#define CUDA_ERROR_UNSUPPORTED_PTX_VERSION 222
#define CUDA_ERROR_INVALID_HANDLE 400
#define CUDA_ERROR_ILLEGAL_STATE 401
#define CUDA_ERROR_NOT_FOUND 500
#define CUDA_ERROR_NOT_READY 600
#define CUDA_ERROR_ILLEGAL_ADDRESS 700
#define CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED 712
#define CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED 713
#define CUDA_ERROR_LAUNCH_FAILED 719
#define CUDA_ERROR_NOT_PERMITTED 800
#define CUDA_ERROR_NOT_SUPPORTED 801
#define CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED 900
#define CUDA_ERROR_STREAM_CAPTURE_UNMATCHED 903
#define CUDA_ERROR_UNKNOWN 999

/* CUdevice_attribute */
#define CU_DEVICE_ATTRIBUTE_CLOCK_RATE 13
#define CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT 16
#define CU_DEVICE_ATTRIBUTE_INTEGRATED 18
#define CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY 19
#define CU_DEVICE_ATTRIBUTE_COMPUTE_MODE 20
#define CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS 31
#define CU_DEVICE_ATTRIBUTE_PCI_BUS_ID 33
#define CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT 40
#define CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING 41
#define CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR 75
#define CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR 76
#define CU_DEVICE_ATTRIBUTE_STREAM_PRIORITIES_SUPPORTED 78
#define CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY 83
#define CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS 89
#define CU_DEVICE_ATTRIBUTE_COMPUTE_PREEMPTION_SUPPORTED 90
#define CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED 102
#define CU_DEVICE_ATTRIBUTE_CAN_USE_64_BIT_STREAM_MEM_OPS 122
#define CU_DEVICE_ATTRIBUTE_CAN_USE_STREAM_WAIT_VALUE_NOR 123
#define CU_DEVICE_ATTRIBUTE_HOST_NUMA_ID 134
#define CU_DEVICE_ATTRIBUTE_HOST_NUMA_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED 141

/* CUmemAllocationType, CUmemLocationType, CUmemAccess_flags, CUmemAllocationGranularity_flags */
#define CU_MEM_ALLOCATION_TYPE_PINNED 1
#define CU_MEM_LOCATION_TYPE_DEVICE 1
#define CU_MEM_LOCATION_TYPE_HOST 2
#define CU_MEM_LOCATION_TYPE_HOST_NUMA 3
#define CU_MEM_ACCESS_FLAGS_PROT_NONE 0
#define CU_MEM_ACCESS_FLAGS_PROT_READ 1
#define CU_MEM_ACCESS_FLAGS_PROT_READWRITE 3
#define CU_MEM_ALLOC_GRANULARITY_MINIMUM 0
#define CU_MEM_ALLOC_GRANULARITY_RECOMMENDED 1

/* Flags of host memory, managed memory and advice on it */
#define CU_MEMHOSTALLOC_PORTABLE 1
#define CU_MEMHOSTALLOC_DEVICEMAP 2
#define CU_MEMHOSTREGISTER_PORTABLE 1
#define CU_MEMHOSTREGISTER_DEVICEMAP 2
#define CU_MEM_ATTACH_GLOBAL 1

/* CUstream_flags, CUevent_flags, CUstreamWriteValue_flags, CUstreamWaitValue_flags, CUstreamCaptureMode */
#define CU_STREAM_NON_BLOCKING 1
#define CU_EVENT_DEFAULT 0
#define CU_EVENT_BLOCKING_SYNC 1
#define CU_EVENT_DISABLE_TIMING 2
#define CU_STREAM_WRITE_VALUE_DEFAULT 0
#define CU_STREAM_WAIT_VALUE_GEQ 0
#define CU_STREAM_WAIT_VALUE_EQ 1
#define CU_STREAM_CAPTURE_MODE_THREAD_LOCAL 1

typedef struct CUmemLocation {
    int type;
    int id;
} CUmemLocation;

/* allocFlags of the ABI is flattened: compressionType, gpuDirectRDMACapable, usage, reserved. */
typedef struct CUmemAllocationProp {
    int type;
    int requestedHandleTypes;
    CUmemLocation location;
    cuda_address win32HandleMetaData;
    unsigned char compressionType;
    unsigned char gpuDirectRDMACapable;
    unsigned short usage;
    unsigned char reserved[4];
} CUmemAllocationProp;

typedef struct CUmemAccessDesc {
    CUmemLocation location;
    int flags;
} CUmemAccessDesc;

/* The driver, its texts, devices and the primary context */
TACTUS_CUDA_FUNCTION(cuInit, unsigned int flags);
TACTUS_CUDA_FUNCTION(cuDriverGetVersion, cuda_address version);
TACTUS_CUDA_FUNCTION(cuGetErrorName, int error, cuda_address text);
TACTUS_CUDA_FUNCTION(cuGetErrorString, int error, cuda_address text);
TACTUS_CUDA_FUNCTION(cuDeviceGetCount, cuda_address count);
TACTUS_CUDA_FUNCTION(cuDeviceGet, cuda_address device, int ordinal);
TACTUS_CUDA_FUNCTION(cuDeviceGetName, cuda_address name, int length, int device);
TACTUS_CUDA_FUNCTION(cuDeviceGetAttribute, cuda_address value, int attribute, int device);
TACTUS_CUDA_FUNCTION(cuDeviceTotalMem_v2, cuda_address bytes, int device);
TACTUS_CUDA_FUNCTION(cuDevicePrimaryCtxRetain, cuda_address context, int device);
TACTUS_CUDA_FUNCTION(cuDevicePrimaryCtxRelease_v2, int device);
TACTUS_CUDA_FUNCTION(cuCtxSetCurrent, cuda_address context);
TACTUS_CUDA_FUNCTION(cuCtxSynchronize, void);
TACTUS_CUDA_FUNCTION(cuCtxGetStreamPriorityRange, cuda_address least, cuda_address greatest);

/* Virtual memory: addresses, chunks, mappings */
TACTUS_CUDA_FUNCTION(cuMemGetInfo_v2, cuda_address freeBytes, cuda_address totalBytes);
TACTUS_CUDA_FUNCTION(cuMemGetAllocationGranularity, cuda_address granularity, cuda_address prop, int option);
TACTUS_CUDA_FUNCTION(cuMemAddressReserve, cuda_address ptr, cuda_size size, cuda_size alignment, cuda_dptr addr,
                     unsigned long long flags);
TACTUS_CUDA_FUNCTION(cuMemAddressFree, cuda_dptr ptr, cuda_size size);
TACTUS_CUDA_FUNCTION(cuMemCreate, cuda_address handle, cuda_size size, cuda_address prop, unsigned long long flags);
TACTUS_CUDA_FUNCTION(cuMemRelease, unsigned long long handle);
TACTUS_CUDA_FUNCTION(cuMemMap, cuda_dptr ptr, cuda_size size, cuda_size offset, unsigned long long handle,
                     unsigned long long flags);
TACTUS_CUDA_FUNCTION(cuMemUnmap, cuda_dptr ptr, cuda_size size);
TACTUS_CUDA_FUNCTION(cuMemSetAccess, cuda_dptr ptr, cuda_size size, cuda_address desc, cuda_size count);

/* Other memory; a CUmemLocation that the ABI passes by value is the eight bytes type | id << 32 */
TACTUS_CUDA_FUNCTION(cuMemAlloc_v2, cuda_address dptr, cuda_size bytesize);
TACTUS_CUDA_FUNCTION(cuMemFree_v2, cuda_dptr dptr);
TACTUS_CUDA_FUNCTION(cuMemHostAlloc, cuda_address pp, cuda_size bytesize, unsigned int flags);
TACTUS_CUDA_FUNCTION(cuMemFreeHost, cuda_address p);
TACTUS_CUDA_FUNCTION(cuMemHostRegister_v2, cuda_address p, cuda_size bytesize, unsigned int flags);
TACTUS_CUDA_FUNCTION(cuMemHostUnregister, cuda_address p);
TACTUS_CUDA_FUNCTION(cuMemHostGetDevicePointer_v2, cuda_address pdptr, cuda_address p, unsigned int flags);
TACTUS_CUDA_FUNCTION(cuMemAllocManaged, cuda_address dptr, cuda_size bytesize, unsigned int flags);
TACTUS_CUDA_FUNCTION(cuMemPrefetchAsync_v2, cuda_dptr devPtr, cuda_size count, unsigned long long location, unsigned int flags,
                     cuda_address stream);

/* Copies and fills */
TACTUS_CUDA_FUNCTION(cuMemcpyHtoD_v2, cuda_dptr dst, cuda_address src, cuda_size bytes);
TACTUS_CUDA_FUNCTION(cuMemcpyDtoH_v2, cuda_address dst, cuda_dptr src, cuda_size bytes);
TACTUS_CUDA_FUNCTION(cuMemcpyHtoDAsync_v2, cuda_dptr dst, cuda_address src, cuda_size bytes, cuda_address stream);
TACTUS_CUDA_FUNCTION(cuMemcpyDtoHAsync_v2, cuda_address dst, cuda_dptr src, cuda_size bytes, cuda_address stream);
TACTUS_CUDA_FUNCTION(cuMemsetD8Async, cuda_dptr dst, unsigned char value, cuda_size count, cuda_address stream);
TACTUS_CUDA_FUNCTION(cuMemsetD32Async, cuda_dptr dst, unsigned int value, cuda_size count, cuda_address stream);

/* What a stream calls on the host: cuLaunchHostFunc's function, which may call nothing of the driver */
typedef void (*CUhostFn)(cuda_address userData);

/* Streams and events */
TACTUS_CUDA_FUNCTION(cuStreamCreateWithPriority, cuda_address stream, unsigned int flags, int priority);
TACTUS_CUDA_FUNCTION(cuStreamDestroy_v2, cuda_address stream);
TACTUS_CUDA_FUNCTION(cuStreamSynchronize, cuda_address stream);
TACTUS_CUDA_FUNCTION(cuStreamQuery, cuda_address stream);
TACTUS_CUDA_FUNCTION(cuStreamWaitEvent, cuda_address stream, cuda_address event, unsigned int flags);
TACTUS_CUDA_FUNCTION(cuLaunchHostFunc, cuda_address stream, cuda_address function, cuda_address userData);
TACTUS_CUDA_FUNCTION(cuStreamWriteValue32_v2, cuda_address stream, cuda_dptr addr, unsigned int value, unsigned int flags);
TACTUS_CUDA_FUNCTION(cuStreamWaitValue32_v2, cuda_address stream, cuda_dptr addr, unsigned int value, unsigned int flags);
TACTUS_CUDA_FUNCTION(cuEventCreate, cuda_address event, unsigned int flags);
TACTUS_CUDA_FUNCTION(cuEventDestroy_v2, cuda_address event);
TACTUS_CUDA_FUNCTION(cuEventRecord, cuda_address event, cuda_address stream);
TACTUS_CUDA_FUNCTION(cuEventQuery, cuda_address event);
TACTUS_CUDA_FUNCTION(cuEventSynchronize, cuda_address event);
TACTUS_CUDA_FUNCTION(cuEventElapsedTime, cuda_address milliseconds, cuda_address start, cuda_address end);

/* Modules, kernels, graphs */
TACTUS_CUDA_FUNCTION(cuModuleLoadData, cuda_address module, cuda_address image);
TACTUS_CUDA_FUNCTION(cuModuleUnload, cuda_address module);
TACTUS_CUDA_FUNCTION(cuModuleGetFunction, cuda_address function, cuda_address module, cuda_address name);
TACTUS_CUDA_FUNCTION(cuLaunchKernel, cuda_address function, unsigned int gridDimX, unsigned int gridDimY,
                     unsigned int gridDimZ, unsigned int blockDimX, unsigned int blockDimY, unsigned int blockDimZ,
                     unsigned int sharedMemBytes, cuda_address stream, cuda_address kernelParams, cuda_address extra);
TACTUS_CUDA_FUNCTION(cuStreamBeginCapture_v2, cuda_address stream, int mode);
TACTUS_CUDA_FUNCTION(cuStreamEndCapture, cuda_address stream, cuda_address graph);
TACTUS_CUDA_FUNCTION(cuGraphInstantiateWithFlags, cuda_address exec, cuda_address graph, unsigned long long flags);
TACTUS_CUDA_FUNCTION(cuGraphLaunch, cuda_address exec, cuda_address stream);
TACTUS_CUDA_FUNCTION(cuGraphExecDestroy, cuda_address exec);
TACTUS_CUDA_FUNCTION(cuGraphDestroy, cuda_address graph);

#endif
