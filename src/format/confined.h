/* SPDX-License-Identifier: GPL-3.0-or-later
 * A child process for work that may crash, hang or ask for all memory. It has a socket to its parent, the memory of
 * the parent as it was, and little else: limits, no files, no terminal, no signal handlers, and on Linux for x86-64
 * and AArch64 no system calls but those for memory and that socket. It must not start threads or meet those of the
 * parent (src/fast/team.c): only the thread that called fork() is in it. It may use malloc, which glibc keeps usable
 * there; AddressSanitizer does not always when the parent has threads, and such a child runs into its limit of time. */
#ifndef AEVB_CONFINED_H
#define AEVB_CONFINED_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct aevb_confinement {
    void (*work)(int socket, void *user); /* in the child, which ends when it returns */
    void *user;
    uint64_t memory;  /* bytes of address space beyond the parent's, at first */
    unsigned seconds; /* of CPU for all of it; four times as many on the clock for one answer */
} aevb_confinement;

typedef struct aevb_confined {
    pid_t pid;
    int socket; /* -1: ended */
    unsigned seconds;
} aevb_confined;

/* -1 with errno when the system gives no socket or process. */
int aevb_confined_start(const aevb_confinement *how, aevb_confined *child);
/* For the parent. All n bytes, or -1 with errno. */
int aevb_confined_get(aevb_confined *child, void *to, size_t n);
int aevb_confined_put(aevb_confined *child, const void *from, size_t n); /* no more than a socket holds, 4 KiB */
/* Ends the child and waits for it. why: 0, or the errno of a failure, EPROTO for an answer that cannot be. The fate
 * says how the child ended by itself or why it was killed; late: for its limit of time. */
typedef struct aevb_fate {
    int late;
    char text[64];
} aevb_fate;
aevb_fate aevb_confined_end(aevb_confined *child, int why);

/* For the child. Both end it when the parent is gone. */
void aevb_confined_read(int socket, void *to, size_t n);
void aevb_confined_write(int socket, const void *from, size_t n);
/* Another figure for aevb_confinement.memory. */
void aevb_confined_allow(uint64_t memory);

#endif
