/*
 * The part of Linux that Tactus calls, declared from the manual pages: where a thread runs, when it runs, that its memory
 * stays in place, and what lies at an address. Pointers are passed as integers of the pointer's width (LP64), so that a call from Java needs no
 * object. Every function answers -1 for an error and sets errno, gettid-like calls aside.
 */
#ifndef TACTUS_LINUX_H
#define TACTUS_LINUX_H

typedef long tactus_address;

/* sched(7) */
#define SCHED_OTHER 0
#define SCHED_FIFO 1

/* mlockall(2) */
#define MCL_CURRENT 1
#define MCL_FUTURE 2

/* prctl(2) */
#define PR_SET_TIMERSLACK 29
#define PR_GET_TIMERSLACK 30

/* getrlimit(2) */
#define RLIMIT_MEMLOCK 8
#define RLIMIT_RTPRIO 14

/* mmap(2), memfd_create(2) */
#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FIXED 16
#define MAP_ANONYMOUS 32
#define MAP_NORESERVE 16384
#define MADV_HUGEPAGE 14
#define MFD_CLOEXEC 1

/* A set of cores as the kernel reads it: bit c of word c / 64 is core c. */
#define CPU_SET_WORDS 16

struct sched_param {
    int sched_priority;
};

struct rlimit {
    unsigned long rlim_cur;
    unsigned long rlim_max;
};

int sched_setaffinity(int pid, unsigned long cpusetsize, tactus_address mask);
int sched_getaffinity(int pid, unsigned long cpusetsize, tactus_address mask);
int sched_setscheduler(int pid, int policy, tactus_address param);
int sched_getscheduler(int pid);
int sched_getcpu(void);
int mlockall(int flags);
int munlockall(void);
int prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4, unsigned long arg5);
int getrlimit(int resource, tactus_address limit);
int gettid(void);
tactus_address mmap(tactus_address addr, unsigned long length, int prot, int flags, int fd, long offset);
int munmap(tactus_address addr, unsigned long length);
int madvise(tactus_address addr, unsigned long length, int advice);
int munlock(tactus_address addr, unsigned long length);
int mprotect(tactus_address addr, unsigned long length, int prot);
int memfd_create(tactus_address name, unsigned int flags);
int ftruncate(int fd, long length);
int close(int fd);

#endif
