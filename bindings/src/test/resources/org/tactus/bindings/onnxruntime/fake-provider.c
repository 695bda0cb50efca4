// SPDX-License-Identifier: Apache-2.0
// An execution provider in a library of its own, for the test of how one is registered: it takes the first processor for the GPU with
// number 0 of the CUDA provider, and refuses to compute by repeating the options that it was given. Functions of the runtime are called by their
// indices in its table, as Tactus does.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    CREATE_STATUS = 0,
    GET_SESSION_CONFIG_ENTRY = 238,
    CREATE_PAIRS = 295,
    ADD_PAIR = 296,
    RELEASE_PAIRS = 300,
    GET_EP_API = 317,
    VERSION = 22
};
typedef struct { void *(*get_api)(uint32_t); const char *(*version)(void); } api_base;
typedef struct factory {
    uint32_t version;
    const char *(*name)(const struct factory *);
    const char *(*vendor)(const struct factory *);
    void *(*devices)(struct factory *, const void *const *, size_t, void **, size_t, size_t *);
    void *(*create)(struct factory *, const void *const *, const void *const *, size_t, const void *, const void *, void **);
    void (*release)(struct factory *, void *);
    uint32_t (*vendor_id)(const struct factory *);
    const char *(*own_version)(const struct factory *);
    void *compiled; // the next three are asked for where they are given
    void *create_allocator;
    void *release_allocator;
    void *(*data_transfer)(struct factory *, void **);
    _Bool (*stream_aware)(const struct factory *);
    void *later[16]; // of later versions
} factory;

static void **api;

static void *status(const char *text) {
    return ((void *(*)(int, const char *)) api[CREATE_STATUS])(1, text);
}

static const char *name(const factory *this) {
    (void) this;
    return "CUDAExecutionProvider";
}

static const char *vendor(const factory *this) {
    (void) this;
    return "nobody";
}

static void *devices(factory *this, const void *const *hardware, size_t count, void **out, size_t most, size_t *found) {
    *found = 0;
    if (count == 0 || most == 0) {
        return NULL;
    }
    void *metadata = NULL;
    ((void (*)(void **)) api[CREATE_PAIRS])(&metadata);
    ((void (*)(void *, const char *, const char *)) api[ADD_PAIR])(metadata, "cuda_device_id", "0");
    void **ep_api = ((void **(*)(void)) api[GET_EP_API])();
    void *failure =
        ((void *(*)(factory *, const void *, const void *, const void *, void **)) ep_api[0])(this, hardware[0], metadata, NULL, out);
    ((void (*)(void *)) api[RELEASE_PAIRS])(metadata);
    *found = failure == NULL;
    return failure;
}

static void *create(factory *this, const void *const *hardware, const void *const *metadata, size_t count, const void *options,
    const void *logger, void **ep) {
    (void) this, (void) hardware, (void) metadata, (void) logger;
    static const char *const KEYS[] = {"user_compute_stream", "use_tf32", "device_id"};
    static char text[512];
    int length = snprintf(text, sizeof text, "fake provider of %zu device:", count);
    for (int i = 0; i < 3; i++) {
        char key[128], value[128] = "none";
        size_t size = sizeof value;
        snprintf(key, sizeof key, "ep.cuda.%s", KEYS[i]);
        // The runtime names the provider's options by its short name.
        ((void *(*)(const void *, const char *, char *, size_t *)) api[GET_SESSION_CONFIG_ENTRY])(options, key, value, &size);
        length += snprintf(text + length, sizeof text - (size_t) length, " %s=%s", KEYS[i], value);
    }
    *ep = NULL;
    return status(text);
}

static void release(factory *this, void *ep) {
    (void) this, (void) ep;
}

static uint32_t vendor_id(const factory *this) {
    (void) this;
    return 0;
}

static const char *own_version(const factory *this) {
    (void) this;
    return "0.0.1";
}

static void *data_transfer(factory *this, void **transfer) {
    (void) this;
    *transfer = NULL;
    return NULL;
}

static _Bool stream_aware(const factory *this) {
    (void) this;
    return 0;
}

void *CreateEpFactories(const char *registered, const api_base *base, const void *logger, factory **factories, size_t most, size_t *count) {
    static factory only;
    (void) registered, (void) logger;
    api = base->get_api(VERSION);
    only.version = VERSION;
    only.name = name;
    only.vendor = vendor;
    only.devices = devices;
    only.create = create;
    only.release = release;
    only.vendor_id = vendor_id;
    only.own_version = own_version;
    only.data_transfer = data_transfer;
    only.stream_aware = stream_aware;
    *count = most > 0;
    factories[0] = &only;
    return NULL;
}

void *ReleaseEpFactory(factory *given) {
    (void) given;
    return NULL;
}
