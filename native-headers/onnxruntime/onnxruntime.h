/*
 * The part of ONNX Runtime's C interface that Tactus calls. The library exports one function, OrtGetApiBase; GetApi of what it
 * returns gives a table of function pointers that only ever grows, so a function is its index (ORT_API_...) and its type.
 *
 * Pointers, handles and statuses are passed as integers of the pointer's width (LP64), so that a call from Java needs no object
 * and allocates nothing. A status of 0 is success; any other is an object whose message is read and which is then released.
 */
#ifndef TACTUS_ONNXRUNTIME_H
#define TACTUS_ONNXRUNTIME_H

typedef long ort_address;

/* The version of the table that is asked for: the first release that holds every index below with room to spare. */
#define ORT_API_VERSION 16
/* The first release that takes weights from memory of the caller's. */
#define ORT_API_VERSION_WEIGHTS_IN_MEMORY 18
/* The first release that registers libraries with execution providers of their own. */
#define ORT_API_VERSION_PLUGINS 22

struct OrtApiBase {
    ort_address GetApi;
    ort_address GetVersionString;
};

ort_address OrtGetApiBase(void);

enum OrtApiIndex {
    ORT_API_GetErrorCode = 1,
    ORT_API_GetErrorMessage = 2,
    ORT_API_CreateEnv = 3,
    ORT_API_CreateSession = 7,
    ORT_API_CreateSessionFromArray = 8,
    ORT_API_CreateSessionOptions = 10,
    ORT_API_SetOptimizedModelFilePath = 11,
    ORT_API_DisableMemPattern = 17,
    ORT_API_DisableCpuMemArena = 19,
    ORT_API_SetSessionLogSeverityLevel = 22,
    ORT_API_SetSessionGraphOptimizationLevel = 23,
    ORT_API_SetIntraOpNumThreads = 24,
    ORT_API_SetInterOpNumThreads = 25,
    ORT_API_SessionGetInputCount = 30,
    ORT_API_SessionGetOutputCount = 31,
    ORT_API_SessionGetInputTypeInfo = 33,
    ORT_API_SessionGetOutputTypeInfo = 34,
    ORT_API_SessionGetInputName = 36,
    ORT_API_SessionGetOutputName = 37,
    ORT_API_CreateRunOptions = 39,
    ORT_API_RunOptionsSetTerminate = 46,
    ORT_API_RunOptionsUnsetTerminate = 47,
    ORT_API_CreateTensorWithDataAsOrtValue = 49,
    ORT_API_CastTypeInfoToTensorInfo = 55,
    ORT_API_GetOnnxTypeFromTypeInfo = 56,
    ORT_API_GetTensorElementType = 60,
    ORT_API_GetDimensionsCount = 61,
    ORT_API_GetDimensions = 62,
    ORT_API_GetTensorTypeAndShape = 65,
    ORT_API_GetValueType = 67,
    ORT_API_CreateMemoryInfo = 68,
    ORT_API_CreateCpuMemoryInfo = 69,
    ORT_API_AllocatorFree = 76,
    ORT_API_GetAllocatorWithDefaultOptions = 78,
    ORT_API_ReleaseEnv = 92,
    ORT_API_ReleaseStatus = 93,
    ORT_API_ReleaseMemoryInfo = 94,
    ORT_API_ReleaseSession = 95,
    ORT_API_ReleaseValue = 96,
    ORT_API_ReleaseRunOptions = 97,
    ORT_API_ReleaseTypeInfo = 98,
    ORT_API_ReleaseTensorTypeAndShapeInfo = 99,
    ORT_API_ReleaseSessionOptions = 100,
    ORT_API_AddSessionConfigEntry = 130,
    ORT_API_RunWithBinding = 133,
    ORT_API_CreateIoBinding = 134,
    ORT_API_ReleaseIoBinding = 135,
    ORT_API_BindInput = 136,
    ORT_API_BindOutput = 137,
    ORT_API_BindOutputToDevice = 138,
    ORT_API_GetBoundOutputValues = 140,
    ORT_API_ClearBoundOutputs = 142,
    ORT_API_AddInitializer = 150,
    ORT_API_AddRunConfigEntry = 165,
    ORT_API_RegisterAllocator = 176,
    ORT_API_UnregisterAllocator = 177,
    ORT_API_SessionOptionsAppendExecutionProvider_CUDA_V2 = 204,
    ORT_API_CreateCUDAProviderOptions = 205,
    ORT_API_UpdateCUDAProviderOptions = 206,
    ORT_API_ReleaseCUDAProviderOptions = 208,
    ORT_API_AddExternalInitializersFromFilesInMemory = 279,
    ORT_API_GetKeyValue = 297,
    ORT_API_RegisterExecutionProviderLibrary = 301,
    ORT_API_GetEpDevices = 303,
    ORT_API_SessionOptionsAppendExecutionProvider_V2 = 304,
    ORT_API_EpDevice_EpName = 312,
    ORT_API_EpDevice_EpMetadata = 314
};

/* An allocator of the caller's; of this version it has these members. */
struct OrtAllocator {
    unsigned int version;
    ort_address Alloc;
    ort_address Free;
    ort_address Info;
};

/* Values of the enumerations that the functions take. */
#define ORT_LOGGING_LEVEL_ERROR 3
#define ORT_LOGGING_LEVEL_FATAL 4
#define ORT_DISABLE_ALL 0
#define ORT_ENABLE_ALL 99
#define OrtDeviceAllocator 0
#define OrtMemTypeDefault 0
#define ONNX_TYPE_TENSOR 1

/* Types of the table's functions, one a shape: S returns a status, A is an address or a size, I an int. */
typedef ort_address (*OrtGetApi)(unsigned int version);
typedef ort_address (*OrtGetText)(ort_address object);
typedef ort_address (*OrtGetVersionString)(void);
typedef int (*OrtGetCode)(ort_address status);
typedef void (*OrtRelease)(ort_address object);
typedef ort_address (*OrtCallA)(ort_address a);
typedef ort_address (*OrtCallAA)(ort_address a, ort_address b);
typedef ort_address (*OrtCallAI)(ort_address a, int b);
typedef ort_address (*OrtCallAAA)(ort_address a, ort_address b, ort_address c);
typedef ort_address (*OrtCallAAAA)(ort_address a, ort_address b, ort_address c, ort_address d);
typedef ort_address (*OrtCallAAAAA)(ort_address a, ort_address b, ort_address c, ort_address d, ort_address e);
typedef ort_address (*OrtCallAAAAAAA)(ort_address a, ort_address b, ort_address c, ort_address d, ort_address e, ort_address f,
                                      ort_address g);
typedef ort_address (*OrtCreateEnv)(int severity, ort_address name, ort_address out);
typedef ort_address (*OrtCreateSessionFromArray)(ort_address env, ort_address data, unsigned long length, ort_address options,
                                                 ort_address out);
typedef ort_address (*OrtCreateTensor)(ort_address memory, ort_address data, unsigned long length, ort_address shape,
                                       unsigned long rank, int type, ort_address out);
typedef ort_address (*OrtCreateMemoryInfo)(ort_address name, int allocator, int id, int memory, ort_address out);
typedef ort_address (*OrtAlloc)(ort_address allocator, unsigned long bytes);
typedef void (*OrtFree)(ort_address allocator, ort_address memory);
typedef ort_address (*OrtInfo)(ort_address allocator);
typedef ort_address (*OrtCreateCpuMemoryInfo)(int allocator, int memory, ort_address out);

#endif
