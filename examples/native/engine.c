// SPDX-License-Identifier: Apache-2.0
/*
 * A small engine as others write them: it knows the CUDA driver and nothing of Tactus. It has weights, which are written once, and state,
 * which each job changes by a kernel. The driver's functions are found by dlopen and dlsym, as the CUDA runtime does, so that it is
 * compiled without CUDA:
 *
 *   gcc -shared -fPIC -O2 -o libengine.so engine.c -ldl
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>

#define THREADS 128

typedef unsigned long long device_address;
typedef void *handle;

static int (*allocate)(device_address *, size_t);
static int (*release)(device_address);
static int (*allocate_host)(void **, size_t, unsigned);
static int (*release_host)(void *);
static int (*copy_in)(device_address, const void *, size_t);
static int (*copy_out_async)(void *, device_address, size_t, handle);
static int (*load_module)(handle *, const void *);
static int (*unload_module)(handle);
static int (*get_function)(handle *, handle, const char *);
static int (*launch)(handle, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, handle, void **, void **);

/* Each thread folds every 128th weight into its word of the state. */
static const char KERNEL[] =
    ".version 6.0\n.target sm_50\n.address_size 64\n"
    ".visible .entry fold(.param .u64 weights, .param .u64 state, .param .u32 count)\n"
    "{\n"
    "    .reg .pred %end;\n"
    "    .reg .u32 %i, %count, %threads, %sum, %weight;\n"
    "    .reg .u64 %weights, %state, %at;\n"
    "    ld.param.u64 %weights, [weights];\n"
    "    ld.param.u64 %state, [state];\n"
    "    ld.param.u32 %count, [count];\n"
    "    cvta.to.global.u64 %weights, %weights;\n"
    "    cvta.to.global.u64 %state, %state;\n"
    "    mov.u32 %i, %tid.x;\n"
    "    mov.u32 %threads, %ntid.x;\n"
    "    mad.wide.u32 %state, %i, 4, %state;\n"
    "    ld.global.u32 %sum, [%state];\n"
    "folding:\n"
    "    setp.ge.u32 %end, %i, %count;\n"
    "    @%end bra folded;\n"
    "    mad.wide.u32 %at, %i, 4, %weights;\n"
    "    ld.global.u32 %weight, [%at];\n"
    "    mad.lo.u32 %sum, %sum, 1664525, %weight;\n"
    "    add.u32 %i, %i, %threads;\n"
    "    bra folding;\n"
    "folded:\n"
    "    st.global.u32 [%state], %sum;\n"
    "    ret;\n"
    "}\n";

struct engine {
    handle module, function;
    device_address weights, state;
    unsigned count;
    unsigned *answer;
};

static int find_driver(void) {
    void *library = dlopen("libcuda.so.1", RTLD_NOW);
    if (library == NULL) {
        return -1;
    }
    *(void **) &allocate = dlsym(library, "cuMemAlloc_v2");
    *(void **) &release = dlsym(library, "cuMemFree_v2");
    *(void **) &allocate_host = dlsym(library, "cuMemHostAlloc");
    *(void **) &release_host = dlsym(library, "cuMemFreeHost");
    *(void **) &copy_in = dlsym(library, "cuMemcpyHtoD_v2");
    *(void **) &copy_out_async = dlsym(library, "cuMemcpyDtoHAsync_v2");
    *(void **) &load_module = dlsym(library, "cuModuleLoadData");
    *(void **) &unload_module = dlsym(library, "cuModuleUnload");
    *(void **) &get_function = dlsym(library, "cuModuleGetFunction");
    *(void **) &launch = dlsym(library, "cuLaunchKernel");
    return allocate && release && allocate_host && release_host && copy_in && copy_out_async && load_module && unload_module
        && get_function && launch ? 0 : -1;
}

/* Gives back what an engine has, also one that was made in part; NULL is none. */
void engine_destroy(struct engine *e) {
    if (e == NULL) {
        return;
    }
    if (e->state) {
        release(e->state);
    }
    if (e->weights) {
        release(e->weights);
    }
    if (e->answer) {
        release_host(e->answer);
    }
    if (e->module) {
        unload_module(e->module);
    }
    free(e);
}

/* Makes an engine with so many weights, drawn from a seed; NULL when the driver refuses something. */
struct engine *engine_create(unsigned count, unsigned seed) {
    struct engine *e = calloc(1, sizeof *e);
    unsigned *drawn = malloc(count * sizeof *drawn);
    if (e == NULL || drawn == NULL) {
        goto failed;
    }
    e->count = count;
    for (unsigned i = 0; i < count; i++) {
        drawn[i] = seed = seed * 1664525u + 1013904223u;
    }
    int status = find_driver();
    status = status ? status : load_module(&e->module, KERNEL);
    status = status ? status : get_function(&e->function, e->module, "fold");
    status = status ? status : allocate_host((void **) &e->answer, THREADS * sizeof(unsigned), 0);
    status = status ? status : allocate(&e->weights, count * sizeof *drawn);
    status = status ? status : copy_in(e->weights, drawn, count * sizeof *drawn);
    if (status) {
        goto failed;
    }
    free(drawn);
    return e;

failed:
    free(drawn);
    engine_destroy(e);
    return NULL;
}

/* Makes the state, all zero. */
int engine_create_state(struct engine *e) {
    static const unsigned zeros[THREADS];
    int status = allocate(&e->state, sizeof zeros);
    return status ? status : copy_in(e->state, zeros, sizeof zeros);
}

/* Queues a job in a stream and returns. */
int engine_enqueue(struct engine *e, handle stream) {
    void *arguments[] = {&e->weights, &e->state, &e->count};
    int status = launch(e->function, 1, 1, 1, THREADS, 1, 1, 0, stream, arguments, NULL);
    return status ? status : copy_out_async(e->answer, e->state, THREADS * sizeof(unsigned), stream);
}

/* The answer of the last job that is done. */
unsigned engine_answer(const struct engine *e) {
    unsigned all = 0;
    for (int i = 0; i < THREADS; i++) {
        all = all * 31 + e->answer[i];
    }
    return all;
}
