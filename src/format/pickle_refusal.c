/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is said of a PyTorch pickle: nothing in it is read, but there is a command that converts it. */
#include "config.h"
#include "format/model_source.h"

#include <stdio.h>
#include <string.h>

#include "error.h"

enum { LONGEST_QUOTED = 300 };

/* The path as one word of a shell, or FILE when that is too long. */
static void quote(const char *path, char out[LONGEST_QUOTED])
{
    size_t n = 0;
    out[n++] = '\'';
    for (const char *c = path; *c != '\0' && n + 6 < LONGEST_QUOTED; c++) {
        if (*c == '\'') { /* ends the quotes, gives a quote, begins them again */
            memcpy(out + n, "'\\'", 3);
            n += 3;
        }
        out[n++] = *c;
    }
    snprintf(out + n, LONGEST_QUOTED - n, "'");
    if (n + 6 >= LONGEST_QUOTED)
        snprintf(out, LONGEST_QUOTED, "FILE");
}

/* What is pickled is a state dict, or a checkpoint with one under a usual key, or a module. */
aevb_status aevb_refuse_pickle(const char *path, aevb_error *err)
{
    char quoted[LONGEST_QUOTED];
    quote(path, quoted);
    return aevb_fail(err, AEVB_EUNSUPPORTED, "%.300s: a PyTorch pickle, which can run code and is never loaded; if "
                     "you trust it: python3 -c \"import sys, torch, numpy; s = torch.load(sys.argv[1], 'cpu'); "
                     "s = getattr(s, 'state_dict', lambda: s)(); "
                     "s = s.get('state_dict', s.get('model_state_dict', s.get('model', s))); "
                     "numpy.savez('model.npz', **{k: v.detach().double().numpy() for k, v in s.items()})\" %s", path,
                     quoted);
}
