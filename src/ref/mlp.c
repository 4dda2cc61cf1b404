/* SPDX-License-Identifier: GPL-3.0-or-later
 * A stack of hidden layers, forward and backward. */
#include "config.h"
#include "fp_rules.h"
#include "ref/mlp.h"
#include "ref/ref.h"

#include <string.h>

/* [MLP.1] */
const double *aevb_ref_mlp(size_t n, const aevb_linear *layers, aevb_activation f, const double *params, size_t R,
                           const double *x, const aevb_hidden *hidden)
{
    for (size_t l = 0; l < n; l++) {
        aevb_ref_affine(R, layers[l].in, layers[l].out, x, params + layers[l].weight, params + layers[l].bias,
                        hidden[l].a);
        aevb_ref_activation(f, R * layers[l].out, hidden[l].a, hidden[l].h);
        x = hidden[l].h;
    }
    return x;
}

/* [MLP.2] */
void aevb_ref_mlp_backward(size_t n, const aevb_linear *layers, aevb_activation f, const double *params, size_t R,
                           const double *x, const aevb_hidden *hidden, double *dx, double *grad)
{
    for (size_t l = n; l-- > 0;) {
        const aevb_linear *layer = &layers[l];
        const double *input = l > 0 ? hidden[l - 1].h : x;
        double *dinput = l > 0 ? hidden[l - 1].dh : dx;
        if (l > 0)
            memset(dinput, 0, R * layer->in * sizeof *dinput);
        memset(hidden[l].da, 0, R * layer->out * sizeof *hidden[l].da);
        aevb_ref_activation_backward(f, R * layer->out, hidden[l].a, hidden[l].h, hidden[l].dh, hidden[l].da);
        aevb_ref_affine_backward(R, layer->in, layer->out, input, params + layer->weight, hidden[l].da, dinput,
                                 grad + layer->weight, grad + layer->bias);
    }
}
