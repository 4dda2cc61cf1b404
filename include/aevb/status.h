/* SPDX-License-Identifier: GPL-3.0-or-later
 * Status codes and the detailed error that every fallible function can fill in. */
#ifndef AEVB_STATUS_H
#define AEVB_STATUS_H

#if defined(_WIN32)
# define AEVB_API __declspec(dllexport)
#else
# define AEVB_API __attribute__((visibility("default")))
#endif
#define AEVB_MUST_CHECK __attribute__((warn_unused_result))

#ifdef __cplusplus
extern "C" {
#endif

/* The numbers are fixed for good. On any status but AEVB_OK the outputs of the call are untouched. */
typedef enum aevb_status {
    AEVB_OK = 0,
    AEVB_EINVAL = 1,       /* an argument breaks the documented contract */
    AEVB_ESHAPE = 2,       /* sizes do not fit together */
    AEVB_ENOMEM = 3,       /* out of memory, or a size that overflows */
    AEVB_EIO = 4,          /* the operating system refused to read or write */
    AEVB_EFORMAT = 5,      /* a file is not what it claims to be */
    AEVB_EUNSUPPORTED = 6, /* well formed, but not something this build can do */
    AEVB_EDOMAIN = 7,      /* data outside the domain of the likelihood or the declared scale */
    AEVB_ENONFINITE = 8,   /* a loss or a gradient became NaN or infinite */
    AEVB_EINTERRUPTED = 9  /* stopped on request, state saved */
} aevb_status;

/* Detail of a failure. The caller owns it and may pass NULL wherever one is accepted. The message is one line
 * without a newline that names the file (if any), the place and what is wrong. Left alone on success. */
typedef struct aevb_error {
    aevb_status status;
    char message[1024];
} aevb_error;

/* Name of a status, e.g. "AEVB_EFORMAT"; "unknown status" for a number that is none. Never NULL. */
AEVB_API const char *aevb_status_name(aevb_status status);

/* Version of the library, "MAJOR.MINOR.PATCH". */
AEVB_API const char *aevb_version(void);

#ifdef __cplusplus
}
#endif
#endif
