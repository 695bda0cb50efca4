// SPDX-License-Identifier: Apache-2.0
// Tells what a GPU's driver does without Java, to tell the machine's faults from ours: loads libcuda, copies bytes there and back, times
// launches, copies and the calls on chunks, and makes each of those while a kernel spins. Needs no CUDA headers: what it calls is declared
// here from the interface's documentation.
//
//   cc -O2 -o gpu-probe gpu-probe.c -ldl
//   gpu-probe [--index N] [--warm SECONDS] [--library FILE]
//
// Exit status: 0 all calls did what they should, 1 one did not, 3 there is no driver or no GPU.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef unsigned long long dptr;
typedef struct { int type, id; } location;
typedef struct {
    int type, handles;
    location at;
    void *win32;
    unsigned char compression, rdma;
    unsigned short usage;
    unsigned char rest[4];
} property;
typedef struct { location at; int flags; } access_desc;
_Static_assert(sizeof(property) == 32 && sizeof(access_desc) == 12, "the structures of the interface");

#define FUNCTIONS(F) \
    F(cuInit, (unsigned)) F(cuDriverGetVersion, (int *)) F(cuGetErrorName, (int, const char **)) F(cuDeviceGetCount, (int *)) \
    F(cuDeviceGet, (int *, int)) F(cuDeviceGetName, (char *, int, int)) F(cuDeviceGetAttribute, (int *, int, int)) \
    F(cuDeviceTotalMem_v2, (size_t *, int)) F(cuDevicePrimaryCtxRetain, (void **, int)) F(cuDevicePrimaryCtxRelease_v2, (int)) \
    F(cuCtxSetCurrent, (void *)) F(cuCtxSynchronize, (void)) F(cuMemGetInfo_v2, (size_t *, size_t *)) \
    F(cuModuleLoadData, (void **, const void *)) F(cuModuleGetFunction, (void **, void *, const char *)) \
    F(cuLaunchKernel, (void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **)) \
    F(cuStreamCreateWithPriority, (void **, unsigned, int)) F(cuStreamSynchronize, (void *)) \
    F(cuEventCreate, (void **, unsigned)) F(cuEventRecord, (void *, void *)) F(cuEventQuery, (void *)) \
    F(cuEventElapsedTime, (float *, void *, void *)) F(cuMemAlloc_v2, (dptr *, size_t)) F(cuMemFree_v2, (dptr)) \
    F(cuMemHostAlloc, (void **, size_t, unsigned)) F(cuMemFreeHost, (void *)) F(cuMemHostGetDevicePointer_v2, (dptr *, void *, unsigned)) \
    F(cuMemcpyHtoDAsync_v2, (dptr, const void *, size_t, void *)) F(cuMemcpyDtoHAsync_v2, (void *, dptr, size_t, void *)) \
    F(cuStreamWriteValue32_v2, (void *, dptr, uint32_t, unsigned)) \
    F(cuMemGetAllocationGranularity, (size_t *, const property *, int)) \
    F(cuMemAddressReserve, (dptr *, size_t, size_t, dptr, unsigned long long)) \
    F(cuMemAddressFree, (dptr, size_t)) F(cuMemCreate, (unsigned long long *, size_t, const property *, unsigned long long)) \
    F(cuMemRelease, (unsigned long long)) F(cuMemMap, (dptr, size_t, size_t, unsigned long long, unsigned long long)) \
    F(cuMemUnmap, (dptr, size_t)) F(cuMemSetAccess, (dptr, size_t, const access_desc *, size_t))
#define DECLARE(name, arguments) static int (*name) arguments;
FUNCTIONS(DECLARE)

enum { NOT_READY = 600, NON_BLOCKING = 1, CHUNKS = 64, LAUNCHES = 2000, COPIES = 8 };
static const size_t COPY_BYTES = 64u << 20;
static const uint64_t WORK_NS = 200000000;
static const char SPIN[] =
    ".version 6.0\n.target sm_50\n.address_size 64\n"
    ".visible .entry spin(.param .u64 ns)\n{\n"
    "    .reg .pred %more;\n    .reg .u64 %duration, %start, %now;\n"
    "    ld.param.u64 %duration, [ns];\n    mov.u64 %start, %globaltimer;\n"
    "spinning:\n    mov.u64 %now, %globaltimer;\n    sub.u64 %now, %now, %start;\n"
    "    setp.lt.u64 %more, %now, %duration;\n    @%more bra spinning;\n    ret;\n}\n";

static int wrong;
static void *compute, *in, *out, *kernel;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}

static int check(const int status, const char *call) {
    if (status != 0) {
        const char *name = NULL;
        if (cuGetErrorName != NULL) {
            cuGetErrorName(status, &name);
        }
        printf("FAILED    %s: %d %s\n", call, status, name == NULL ? "" : name);
        fflush(stdout);
        wrong = 1;
    }
    return status;
}
#define CHECK(call) check(call, #call)

static int by_size(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;
    return x < y ? -1 : x > y;
}

static void times(const char *what, uint64_t *ns, const int count) {
    qsort(ns, (size_t) count, sizeof *ns, by_size);
    printf("time      %-28s least %10.1f us, median %10.1f us, most %10.1f us, %d times\n", what, ns[0] / 1e3, ns[count / 2] / 1e3,
        ns[count - 1] / 1e3, count);
    fflush(stdout);
}

static int attribute(const int number, const int device) {
    int value = 0;
    return cuDeviceGetAttribute(&value, number, device) == 0 ? value : -1;
}

static int spin(uint64_t ns, const unsigned blocks, const unsigned threads) {
    void *arguments[] = {&ns};
    return CHECK(cuLaunchKernel(kernel, blocks, 1, 1, threads, 1, 1, 0, compute, arguments, NULL));
}

static void launches(const char *clocks) {
    static uint64_t ns[LAUNCHES];
    const uint64_t first = now();
    spin(0, 1, 1);
    CHECK(cuStreamSynchronize(compute));
    printf("time      launch, clocks %-13s       %10.1f us, the first one\n", clocks, (now() - first) / 1e3);
    for (int i = 0; i < LAUNCHES && !wrong; i++) {
        const uint64_t begin = now();
        spin(0, 1, 1);
        CHECK(cuStreamSynchronize(compute));
        ns[i] = now() - begin;
    }
    times("launch and synchronize", ns, LAUNCHES);
}

// A word that the stream writes into pinned memory, read without a call.
static void words(void) {
    static uint64_t ns[LAUNCHES];
    void *memory = NULL;
    dptr device = 0;
    if (CHECK(cuMemHostAlloc(&memory, 64, 3)) || CHECK(cuMemHostGetDevicePointer_v2(&device, memory, 0))) {
        return;
    }
    volatile uint32_t *word = memory;
    *word = 0;
    const int status = cuStreamWriteValue32_v2(compute, device, 1, 0);
    if (status != 0) {
        printf("note      streams write no words (%d); events are polled instead\n", status);
        cuMemFreeHost(memory);
        return;
    }
    CHECK(cuStreamSynchronize(compute));
    for (int i = 0; i < LAUNCHES && !wrong; i++) {
        const uint64_t begin = now();
        spin(0, 1, 1);
        CHECK(cuStreamWriteValue32_v2(compute, device, (uint32_t) i + 2, 0));
        while (*word != (uint32_t) i + 2 && now() - begin < 1000000000u) {
        }
        ns[i] = now() - begin;
        if (*word != (uint32_t) i + 2) {
            printf("FAILED    a word that a stream was to write was not seen within a second\n");
            wrong = 1;
        }
    }
    times("launch until its word is seen", ns, LAUNCHES);
    CHECK(cuMemFreeHost(memory));
}

static void copies(void) {
    unsigned char *host = NULL;
    dptr device = 0;
    const uint64_t begin = now();
    if (CHECK(cuMemHostAlloc((void **) &host, 2 * COPY_BYTES, 3)) || CHECK(cuMemAlloc_v2(&device, 2 * COPY_BYTES))) {
        return;
    }
    printf("time      pin %zu MiB                  %10.1f us\n", 2 * COPY_BYTES >> 20, (now() - begin) / 1e3);
    for (size_t i = 0; i < COPY_BYTES; i++) {
        host[i] = (unsigned char) (i * 31 + (i >> 12));
    }
    CHECK(cuMemcpyHtoDAsync_v2(device, host, COPY_BYTES, in));
    CHECK(cuStreamSynchronize(in));
    CHECK(cuMemcpyDtoHAsync_v2(host + COPY_BYTES, device, COPY_BYTES, out));
    CHECK(cuStreamSynchronize(out));
    if (memcmp(host, host + COPY_BYTES, COPY_BYTES) != 0) {
        printf("FAILED    64 MiB came back from the GPU with other bytes\n");
        wrong = 1;
    }
    for (int mode = 1; mode <= 3 && !wrong; mode++) {
        const uint64_t from = now();
        for (int i = 0; i < COPIES; i++) {
            if (mode & 1) {
                CHECK(cuMemcpyHtoDAsync_v2(device, host, COPY_BYTES, in));
            }
            if (mode & 2) {
                CHECK(cuMemcpyDtoHAsync_v2(host + COPY_BYTES, device + COPY_BYTES, COPY_BYTES, out));
            }
        }
        CHECK(cuStreamSynchronize(in));
        CHECK(cuStreamSynchronize(out));
        printf("rate      %-28s %10.2f GB/s each way\n", mode == 1 ? "to the GPU" : mode == 2 ? "from the GPU" : "both at once",
            (double) COPIES * (double) COPY_BYTES / (double) (now() - from));
    }
    CHECK(cuMemFree_v2(device));
    CHECK(cuMemFreeHost(host));
    fflush(stdout);
}

static property chunk_property(const int device) {
    property of = {0};
    of.type = 1;
    of.at.type = 1;
    of.at.id = device;
    return of;
}

static void chunks(const int device, const size_t bytes) {
    const property of = chunk_property(device);
    const access_desc access = {{1, device}, 3};
    static uint64_t create[CHUNKS], map[CHUNKS], allow[CHUNKS], unmap[CHUNKS], release[CHUNKS];
    unsigned long long handles[CHUNKS];
    dptr address = 0;
    if (CHECK(cuMemAddressReserve(&address, CHUNKS * bytes, 0, 0, 0))) {
        return;
    }
#define TIMED(array, call) do { const uint64_t begin = now(); CHECK(call); array[i] = now() - begin; } while (0)
    for (int i = 0; i < CHUNKS && !wrong; i++) {
        TIMED(create, cuMemCreate(&handles[i], bytes, &of, 0));
    }
    for (int i = 0; i < CHUNKS && !wrong; i++) {
        const dptr at = address + (size_t) i * bytes;
        TIMED(map, cuMemMap(at, bytes, 0, handles[i], 0));
        TIMED(allow, cuMemSetAccess(at, bytes, &access, 1));
    }
    for (int i = 0; i < CHUNKS && !wrong; i++) {
        TIMED(unmap, cuMemUnmap(address + (size_t) i * bytes, bytes));
    }
    for (int i = 0; i < CHUNKS && !wrong; i++) {
        CHECK(cuMemMap(address + (size_t) i * bytes, bytes, 0, handles[i], 0));
    }
    const uint64_t begin = now();
    CHECK(cuMemSetAccess(address, CHUNKS * bytes, &access, 1));
    const uint64_t allowed = now();
    CHECK(cuMemUnmap(address, CHUNKS * bytes));
    const uint64_t unmapped = now();
    for (int i = 0; i < CHUNKS && !wrong; i++) {
        TIMED(release, cuMemRelease(handles[i]));
    }
    CHECK(cuMemAddressFree(address, CHUNKS * bytes));
    if (!wrong) {
        printf("chunks    of %zu KiB\n", bytes >> 10);
        times("create", create, CHUNKS);
        times("map", map, CHUNKS);
        times("set access", allow, CHUNKS);
        times("unmap", unmap, CHUNKS);
        times("release", release, CHUNKS);
        printf("time      a run of %d by one call     set access %.1f us, unmap %.1f us a chunk\n", CHUNKS,
            (allowed - begin) / 1e3 / CHUNKS, (unmapped - allowed) / 1e3 / CHUNKS);
    }
}

// Makes each call while a kernel spins, and says whether it still spun when the call came back.
static void under_work(const int device, const size_t bytes) {
    static const char *const NAMES[] = {"map", "set access", "unmap", "create", "release", "allocate", "free"};
    const property of = chunk_property(device);
    const access_desc access = {{1, device}, 3};
    unsigned long long handle = 0, other = 0;
    dptr address = 0, memory = 0;
    void *ended = NULL;
    if (CHECK(cuMemAddressReserve(&address, bytes, 0, 0, 0)) || CHECK(cuMemCreate(&handle, bytes, &of, 0))
        || CHECK(cuEventCreate(&ended, 2))) {
        return;
    }
    for (int i = 0; i < 7 && !wrong; i++) {
        spin(WORK_NS, 1, 1);
        CHECK(cuEventRecord(ended, compute));
        const struct timespec begun = {0, 5000000};
        nanosleep(&begun, NULL);
        const uint64_t begin = now();
        switch (i) {
            case 0: CHECK(cuMemMap(address, bytes, 0, handle, 0)); break;
            case 1: CHECK(cuMemSetAccess(address, bytes, &access, 1)); break;
            case 2: CHECK(cuMemUnmap(address, bytes)); break;
            case 3: CHECK(cuMemCreate(&other, bytes, &of, 0)); break;
            case 4: CHECK(cuMemRelease(other)); break;
            case 5: CHECK(cuMemAlloc_v2(&memory, bytes)); break;
            default: CHECK(cuMemFree_v2(memory)); break;
        }
        const uint64_t took = now() - begin;
        const int status = cuEventQuery(ended);
        if (status != NOT_READY) {
            check(status, "cuEventQuery");
        }
        printf("work      %-28s %10.1f us beside a spin of 200 ms, which %s\n", NAMES[i], took / 1e3,
            status == NOT_READY ? "still ran" : "HAD ENDED: the call waits for kernels");
        fflush(stdout);
        CHECK(cuStreamSynchronize(compute));
    }
    CHECK(cuMemRelease(handle));
    CHECK(cuMemAddressFree(address, bytes));
}

static void warm(const double seconds, const int processors) {
    const uint64_t until = now() + (uint64_t) (seconds * 1e9);
    while (now() < until && !wrong) {
        spin(10000000, (unsigned) (processors > 0 ? processors : 1) * 4, 256);
        CHECK(cuStreamSynchronize(compute));
    }
    printf("warm      every multiprocessor was busy for %.1f s\n", seconds);
}

int main(const int count, char **words_) {
    const char *library = "libcuda.so.1";
    int index = 0;
    double seconds = 1.5;
    for (int i = 1; i < count; i++) {
        if (i + 1 < count && strcmp(words_[i], "--library") == 0) {
            library = words_[++i];
        } else if (i + 1 < count && strcmp(words_[i], "--index") == 0) {
            index = atoi(words_[++i]);
        } else if (i + 1 < count && strcmp(words_[i], "--warm") == 0) {
            seconds = atof(words_[++i]);
        } else {
            fprintf(stderr, "usage: gpu-probe [--index N] [--warm SECONDS] [--library FILE]\n");
            return 2;
        }
    }
    void *driver = dlopen(library, RTLD_NOW);
    if (driver == NULL) {
        printf("no driver: %s\n", dlerror());
        return 3;
    }
#define FIND(name, arguments) \
    *(void **) &name = dlsym(driver, #name); \
    if (name == NULL) { \
        printf("FAILED    %s has no %s\n", library, #name); \
        wrong = 1; \
    }
    FUNCTIONS(FIND)
    if (wrong) {
        return 1;
    }
    int version = 0, gpus = 0, device = 0;
    const uint64_t begin = now();
    if (CHECK(cuInit(0)) || CHECK(cuDriverGetVersion(&version)) || CHECK(cuDeviceGetCount(&gpus)) || gpus <= index) {
        printf("no GPU %d: the driver has %d\n", index, gpus);
        return 3;
    }
    printf("driver    CUDA %d.%d, %d GPUs, initialised in %.1f ms\n", version / 1000, version % 1000 / 10, gpus, (now() - begin) / 1e6);
    char name[256] = "";
    size_t total = 0, unused = 0, granularity = 0;
    CHECK(cuDeviceGet(&device, index));
    CHECK(cuDeviceGetName(name, (int) sizeof name, device));
    CHECK(cuDeviceTotalMem_v2(&total, device));
    const int processors = attribute(16, device);
    printf("gpu       %s, %zu MiB, compute %d.%d, %d multiprocessors, %d copy engines, chunks %s, bus %d\n", name, total >> 20,
        attribute(75, device), attribute(76, device), processors, attribute(40, device), attribute(102, device) > 0 ? "yes" : "NO",
        attribute(33, device));
    void *context = NULL, *module = NULL;
    const uint64_t made = now();
    if (CHECK(cuDevicePrimaryCtxRetain(&context, device)) || CHECK(cuCtxSetCurrent(context)) || CHECK(cuMemGetInfo_v2(&unused, &total))) {
        return 1;
    }
    printf("context   made in %.1f ms, %zu of %zu MiB free\n", (now() - made) / 1e6, unused >> 20, total >> 20);
    CHECK(cuStreamCreateWithPriority(&compute, NON_BLOCKING, 0));
    CHECK(cuStreamCreateWithPriority(&in, NON_BLOCKING, 0));
    CHECK(cuStreamCreateWithPriority(&out, NON_BLOCKING, 0));
    if (CHECK(cuModuleLoadData(&module, SPIN)) || CHECK(cuModuleGetFunction(&kernel, module, "spin"))) {
        return 1;
    }
    launches("cold");
    if (!wrong) {
        warm(seconds, processors);
    }
    if (!wrong) {
        launches("warm");
    }
    if (!wrong) {
        words();
    }
    if (!wrong) {
        copies();
    }
    const property of = chunk_property(device);
    if (!wrong && !CHECK(cuMemGetAllocationGranularity(&granularity, &of, 0))) {
        chunks(device, granularity);
        if (!wrong) {
            under_work(device, granularity);
        }
    }
    CHECK(cuCtxSynchronize());
    CHECK(cuDevicePrimaryCtxRelease_v2(device));
    printf("%s\n", wrong ? "probe: FAILED" : "probe: good");
    return wrong;
}
