// SPDX-License-Identifier: Apache-2.0
/*
 * A small engine as others write them: it knows the CUDA driver and nothing of Tactus. Each engine has weights, which are written once,
 * state, which every job changes, and scratch. A job folds all weights and all of the state into one number. With -DLOOKED_UP it finds the
 * driver's functions by dlopen, dlsym and cuGetProcAddress, as the CUDA runtime does; otherwise the linker finds them.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long long dptr;
typedef void *stream_t;
typedef unsigned long long word;

#ifdef LOOKED_UP
#include <dlfcn.h>
static int (*cuMemAlloc_v2)(dptr *, size_t);
static int (*cuMemFree_v2)(dptr);
static int (*cuMemGetInfo_v2)(size_t *, size_t *);
static int (*cuMemcpyHtoD_v2)(dptr, const void *, size_t);
static int (*cuMemcpyDtoH_v2)(void *, dptr, size_t);
static int (*cuLaunchHostFunc)(stream_t, void (*)(void *), void *);
static int (*cuGetProcAddress_v2)(const char *, void **, int, unsigned long long, int *);

int engine_load(void) {
    void *library = dlopen("libcuda.so.1", RTLD_NOW);
    if (library == NULL) {
        return -1;
    }
    *(void **) &cuGetProcAddress_v2 = dlsym(library, "cuGetProcAddress_v2");
    int status = 0, found = 0;
    status |= cuGetProcAddress_v2("cuMemAlloc", (void **) &cuMemAlloc_v2, 12040, 0, &found);
    status |= cuGetProcAddress_v2("cuMemFree", (void **) &cuMemFree_v2, 12040, 0, &found);
    status |= cuGetProcAddress_v2("cuMemGetInfo", (void **) &cuMemGetInfo_v2, 12040, 0, NULL);
    status |= cuGetProcAddress_v2("cuMemcpyHtoD", (void **) &cuMemcpyHtoD_v2, 12040, 0, &found);
    status |= cuGetProcAddress_v2("cuMemcpyDtoH", (void **) &cuMemcpyDtoH_v2, 12040, 0, &found);
    *(void **) &cuLaunchHostFunc = dlsym(library, "cuLaunchHostFunc");
    void *none = library;
    if (cuGetProcAddress_v2("cuNoSuchFunction", &none, 12040, 0, &found) == 0 || none != NULL || found == 0) {
        return -2;
    }
    dlclose(library);
    return status;
}
#else
extern int cuMemAlloc_v2(dptr *, size_t);
extern int cuMemFree_v2(dptr);
extern int cuMemGetInfo_v2(size_t *, size_t *);
extern int cuMemcpyHtoD_v2(dptr, const void *, size_t);
extern int cuMemcpyDtoH_v2(void *, dptr, size_t);
extern int cuLaunchHostFunc(stream_t, void (*)(void *), void *);
extern int cuMemAllocAsync(dptr *, size_t, stream_t);
extern int cuMemFreeAsync(dptr, stream_t);
extern int cuMemAllocPitch_v2(dptr *, size_t *, size_t, size_t, unsigned);
extern int cuMemAllocManaged(dptr *, size_t, unsigned);
extern int cuMemCreate(word *, size_t, const void *, word);
extern int cuMemcpyDtoD_v2(dptr, dptr, size_t);
extern int cuMemsetD8_v2(dptr, unsigned char, size_t);

/* Allocates and frees in every way that there is; answers the number of the step that went otherwise than it should, or 0. */
int engine_ways(void) {
    dptr a = 0, b = 0;
    size_t pitch = 0, before = 0, after = 0, total = 0;
    if (cuMemGetInfo_v2(&before, &total) != 0 || before == 0 || before > total) return 1;
    if (cuMemAllocAsync(&a, 1000, NULL) != 0 || a == 0 || a % 256 != 0) return 2;
    if (cuMemAllocPitch_v2(&b, &pitch, 700, 3, 4) != 0 || pitch < 700 || pitch % 256 != 0 || b == a) return 3;
    if (cuMemGetInfo_v2(&after, &total) != 0 || before - after != 1024 + 3 * pitch) return 4;
    if (cuMemFreeAsync(a, NULL) != 0 || cuMemFreeAsync(a, NULL) != 1 || cuMemFree_v2(b) != 0) return 5;
    if (cuMemGetInfo_v2(&after, &total) != 0 || before != after) return 6;
    if (cuMemAlloc_v2(NULL, 8) != 1 || cuMemAlloc_v2(&a, 0) != 1) return 7;
    if (cuMemFree_v2((dptr) &a) == 0) return 8; /* not ours: the driver's business */
    if (cuMemAlloc_v2(&a, 4096) != 0 || cuMemsetD8_v2(a, 1, 4096) != 801 || cuMemcpyDtoD_v2(a, a + 64, 64) != 801) return 9; /* lacking */
    return cuMemFree_v2(a);
}

/* Memory that is not scheduled; answers the status of the one asked for. */
int engine_unscheduled(int physical) {
    word handle = 0;
    dptr a = 0;
    return physical ? cuMemCreate(&handle, 2 << 20, NULL, 0) : cuMemAllocManaged(&a, 4096, 1);
}

int engine_load(void) {
    return 0;
}
#endif

struct engine {
    dptr weights, state, scratch;
    word count, states, job;
    int synchronous;
    word results[1 << 12];
};

static struct engine engines[8];

static word next(word x) {
    return x * 6364136223846793005ull + 1442695040888963407ull;
}

int engine_weights(int id, word count, word seed) {
    struct engine *e = &engines[id];
    memset(e, 0, sizeof *e);
    e->count = count;
    int status = cuMemAlloc_v2(&e->weights, count * sizeof(word));
    if (status != 0) {
        return status;
    }
    word *host = malloc(count * sizeof(word));
    for (word i = 0; i < count; i++) {
        host[i] = seed = next(seed);
    }
    status = cuMemcpyHtoD_v2(e->weights, host, count * sizeof(word));
    free(host);
    return status;
}

int engine_state(int id, word count) {
    struct engine *e = &engines[id];
    e->states = count;
    int status = cuMemAlloc_v2(&e->state, count * sizeof(word));
    word *host = calloc(count, sizeof(word));
    status = status != 0 ? status : cuMemcpyHtoD_v2(e->state, host, count * sizeof(word));
    free(host);
    return status;
}

int engine_scratch(int id, word bytes) {
    return cuMemAlloc_v2(&engines[id].scratch, bytes);
}

static word fold(const word *weights, word *state, word *scratch, const struct engine *e) {
    word sum = e->job;
    for (word i = 0; i < e->count; i++) {
        sum = next(sum ^ weights[i]);
    }
    for (word i = 0; i < e->states; i++) {
        scratch[0] = next(state[i] + sum);
        state[i] = scratch[0];
        sum ^= scratch[0];
    }
    return sum;
}

/* Where the host finds device memory that a software GPU hides: this function plays a kernel. */
static word *on_host(dptr address) {
    return (word *) (size_t) (address & ~(1ull << 52));
}

static void compute(void *argument) {
    struct engine *e = argument;
    e->results[e->job % (1 << 12)] = fold(on_host(e->weights), on_host(e->state), on_host(e->scratch), e);
}

/* Queues a job in a stream and returns. */
int engine_queue(int id, word job, stream_t stream) {
    engines[id].job = job;
    return cuLaunchHostFunc(stream, compute, &engines[id]);
}

/* Copies what a job needs to the host, computes there, and copies what has changed back. */
int engine_run(int id, word job) {
    struct engine *e = &engines[id];
    word *weights = malloc(e->count * sizeof(word)), *state = malloc(e->states * sizeof(word)), scratch;
    e->job = job;
    int status = cuMemcpyDtoH_v2(weights, e->weights, e->count * sizeof(word));
    status = status != 0 ? status : cuMemcpyDtoH_v2(state, e->state, e->states * sizeof(word));
    if (status == 0) {
        e->results[job % (1 << 12)] = fold(weights, state, &scratch, e);
        status = cuMemcpyHtoD_v2(e->state, state, e->states * sizeof(word));
    }
    free(weights);
    free(state);
    return status;
}

word engine_result(int id, word job) {
    return engines[id].results[job % (1 << 12)];
}

word engine_address(int id) {
    return engines[id].weights;
}

int engine_allocate(word bytes) {
    dptr at = 0;
    return cuMemAlloc_v2(&at, bytes);
}

int engine_free(word address) {
    return cuMemFree_v2(address);
}

word engine_room(void) {
    size_t free = 0, total = 0;
    int status = cuMemGetInfo_v2(&free, &total);
    return status != 0 ? (word) -status : free;
}

int engine_touch_weights(int id) {
    word zero = 0;
    return cuMemcpyHtoD_v2(engines[id].weights, &zero, sizeof zero);
}

int engine_look(int id) {
    word any;
    return cuMemcpyDtoH_v2(&any, engines[id].weights, sizeof any);
}

static void *look(void *id) {
    return (void *) (size_t) engine_look((int) (size_t) id);
}

static void *allocate(void *bytes) {
    return (void *) (size_t) engine_allocate((size_t) bytes);
}

static int elsewhere(void *(*function)(void *), void *argument) {
    pthread_t thread;
    void *status;
    pthread_create(&thread, NULL, function, argument);
    pthread_join(thread, &status);
    return (int) (size_t) status;
}

/* Reads weights from a thread of its own. */
int engine_look_elsewhere(int id) {
    return elsewhere(look, (void *) (size_t) id);
}

/* Allocates from a thread of its own. */
int engine_allocate_elsewhere(word bytes) {
    return elsewhere(allocate, (void *) (size_t) bytes);
}

void engine_close(int id) {
    struct engine *e = &engines[id];
    cuMemFree_v2(e->weights);
    cuMemFree_v2(e->state);
    cuMemFree_v2(e->scratch);
}
