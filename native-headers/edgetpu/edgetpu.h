/*
 * The part of libedgetpu's C interface that Tactus calls, declared from its documentation. Pointers and sizes are passed as
 * integers of the pointer's width (LP64), so that a call from Java needs no object.
 *
 * Each function is declared once, by TACTUS_EDGETPU_FUNCTION, as the type NAME_t of a pointer to it: which library answers (the
 * real one, or the software Edge TPU's stubs in this process) is known at run time only.
 */
#ifndef TACTUS_EDGETPU_H
#define TACTUS_EDGETPU_H

typedef long edgetpu_address;       /* a pointer: devices, text, options, delegate */
typedef unsigned long edgetpu_size; /* size_t */

#ifndef TACTUS_EDGETPU_FUNCTION
#define TACTUS_EDGETPU_FUNCTION(result, name, ...) typedef result (*name##_t)(__VA_ARGS__)
#endif

/* enum edgetpu_device_type */
#define EDGETPU_APEX_PCI 0
#define EDGETPU_APEX_USB 1

struct edgetpu_device {
    int type;
    edgetpu_address path;
};

struct edgetpu_option {
    edgetpu_address name;
    edgetpu_address value;
};

/* One block that holds the devices and their paths, or NULL when there is none; given back by edgetpu_free_devices. */
TACTUS_EDGETPU_FUNCTION(edgetpu_address, edgetpu_list_devices, edgetpu_address count);
TACTUS_EDGETPU_FUNCTION(void, edgetpu_free_devices, edgetpu_address devices);
/* NULL when the device cannot be opened. With options, a NULL name ends the process. */
TACTUS_EDGETPU_FUNCTION(edgetpu_address, edgetpu_create_delegate, int type, edgetpu_address name, edgetpu_address options,
                        edgetpu_size count);
TACTUS_EDGETPU_FUNCTION(void, edgetpu_free_delegate, edgetpu_address delegate);
TACTUS_EDGETPU_FUNCTION(edgetpu_address, edgetpu_version, void);

#endif
