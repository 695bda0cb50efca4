// SPDX-License-Identifier: Apache-2.0
// A driver for the test of the probe: memory is the host's, a kernel takes its time on the stream's clock. FAKE_CUDA=waits lets unmapping
// wait for kernels, =corrupt lets copies from the device change a byte, =refuses lets mapping fail; =none has no GPU.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef unsigned long long dptr;
static uint64_t busy[4], happens[64];
static uintptr_t streams, events;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}

static int mode(const char *name) {
    const char *given = getenv("FAKE_CUDA");
    return given != NULL && strcmp(given, name) == 0;
}

static void await(const uint64_t until) {
    while (now() < until) {
        const struct timespec little = {0, 20000};
        nanosleep(&little, NULL);
    }
}

static uint64_t idle(void) {
    uint64_t last = 0;
    for (int i = 0; i < 4; i++) {
        last = busy[i] > last ? busy[i] : last;
    }
    return last;
}

int cuInit(unsigned flags) { return (int) flags; }
int cuDriverGetVersion(int *version) { *version = 13000; return 0; }
int cuGetErrorName(int status, const char **name) { *name = status == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : "?"; return 0; }
int cuDeviceGetCount(int *count) { *count = !mode("none"); return 0; }
int cuDeviceGet(int *device, int index) { *device = index; return 0; }
int cuDeviceGetName(char *name, int length, int device) { (void) device; strncpy(name, "fake", (size_t) length); return 0; }
int cuDeviceGetAttribute(int *value, int number, int device) { (void) device; *value = number == 16 ? 2 : 1; return 0; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { (void) device; *bytes = 1u << 30; return 0; }
int cuDevicePrimaryCtxRetain(void **context, int device) { *context = (void *) (uintptr_t) (device + 1); return 0; }
int cuDevicePrimaryCtxRelease_v2(int device) { (void) device; return 0; }
int cuCtxSetCurrent(void *context) { return context == NULL; }
int cuCtxSynchronize(void) { await(idle()); return 0; }
int cuMemGetInfo_v2(size_t *unused, size_t *total) { *unused = *total = 1u << 30; return 0; }
int cuModuleLoadData(void **module, const void *image) { *module = (void *) 1; return strstr(image, ".entry spin(") == NULL ? 200 : 0; }
int cuModuleGetFunction(void **f, void *module, const char *name) { *f = module; return strcmp(name, "spin") == 0 ? 0 : 500; }
int cuLaunchKernel(void *f, unsigned a, unsigned b, unsigned c, unsigned d, unsigned e, unsigned g, unsigned shared, void *stream,
    void **arguments, void **extra) {
    uint64_t *end = &busy[(uintptr_t) stream];
    *end = (*end > now() ? *end : now()) + *(uint64_t *) arguments[0];
    return f == NULL || a * b * c * d * e * g == 0 || shared != 0 || extra != NULL;
}
int cuStreamCreateWithPriority(void **stream, unsigned flags, int priority) {
    *stream = (void *) ++streams;
    return flags != 1 || priority != 0;
}
int cuStreamSynchronize(void *stream) { await(busy[(uintptr_t) stream]); return 0; }
int cuEventCreate(void **event, unsigned flags) { (void) flags; *event = (void *) ++events; return 0; }
int cuEventRecord(void *event, void *stream) { happens[(uintptr_t) event] = busy[(uintptr_t) stream]; return 0; }
int cuEventQuery(void *event) { return now() >= happens[(uintptr_t) event] ? 0 : 600; }
int cuEventElapsedTime(float *ms, void *a, void *b) { *ms = (happens[(uintptr_t) b] - happens[(uintptr_t) a]) / 1e6f; return 0; }
int cuMemAlloc_v2(dptr *at, size_t bytes) { *at = (dptr) (uintptr_t) malloc(bytes); return 0; }
int cuMemFree_v2(dptr at) { free((void *) (uintptr_t) at); return 0; }
int cuMemHostAlloc(void **at, size_t bytes, unsigned flags) { *at = malloc(bytes); return flags != 3; }
int cuMemFreeHost(void *at) { free(at); return 0; }
int cuMemHostGetDevicePointer_v2(dptr *at, void *host, unsigned flags) { *at = (dptr) (uintptr_t) host; return (int) flags; }
int cuMemcpyHtoDAsync_v2(dptr to, const void *from, size_t bytes, void *stream) {
    (void) stream;
    memcpy((void *) (uintptr_t) to, from, bytes);
    return 0;
}
int cuMemcpyDtoHAsync_v2(void *to, dptr from, size_t bytes, void *stream) {
    (void) stream;
    memcpy(to, (void *) (uintptr_t) from, bytes);
    ((char *) to)[bytes / 3] ^= (char) mode("corrupt");
    return 0;
}
int cuStreamWriteValue32_v2(void *stream, dptr at, uint32_t value, unsigned flags) {
    await(busy[(uintptr_t) stream]);
    *(volatile uint32_t *) (uintptr_t) at = value;
    return (int) flags;
}
int cuMemGetAllocationGranularity(size_t *bytes, const void *property, int option) {
    *bytes = 2u << 20;
    return property == NULL || option != 0;
}
int cuMemAddressReserve(dptr *at, size_t bytes, size_t alignment, dptr hint, unsigned long long flags) {
    *at = (dptr) 1 << 40;
    return bytes == 0 || alignment != 0 || hint != 0 || flags != 0;
}
int cuMemAddressFree(dptr at, size_t bytes) { return at == 0 || bytes == 0; }
int cuMemCreate(unsigned long long *handle, size_t bytes, const int *property, unsigned long long flags) {
    *handle = 7; // pinned memory of device 0
    return bytes == 0 || flags != 0 || property[0] != 1 || property[2] != 1 || property[3] != 0;
}
int cuMemRelease(unsigned long long handle) { return handle != 7; }
int cuMemMap(dptr at, size_t bytes, size_t offset, unsigned long long handle, unsigned long long flags) {
    return mode("refuses") ? 2 : at == 0 || bytes == 0 || offset != 0 || handle != 7 || flags != 0;
}
int cuMemUnmap(dptr at, size_t bytes) {
    if (mode("waits")) {
        await(idle());
    }
    return at == 0 || bytes == 0;
}
int cuMemSetAccess(dptr at, size_t bytes, const int *descriptor, size_t count) {
    return at == 0 || bytes == 0 || count != 1 || descriptor[0] != 1 || descriptor[1] != 0 || descriptor[2] != 3;
}
