/* SPDX-License-Identifier: GPL-3.0-or-later
 * Optimiser steps. */
#include "config.h"
#include "fp_rules.h"
#include "ref/ref.h"

#include <math.h>

/* [SGD.1] */
void aevb_ref_sgd(size_t n, double lr, double momentum, double *theta, const double *g, double *v)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = momentum * v[i] + g[i];
        theta[i] -= lr * v[i];
    }
}

/* [ADAGRAD.1] */
void aevb_ref_adagrad(size_t n, double lr, double eps, double *theta, const double *g, double *s)
{
    for (size_t i = 0; i < n; i++) {
        s[i] += g[i] * g[i];
        theta[i] -= lr * g[i] / (sqrt(s[i]) + eps);
    }
}

/* [ADAM.1] */
void aevb_ref_adam(size_t n, size_t t, double lr, double beta1, double beta2, double eps, double *theta,
                   const double *g, double *m, double *v)
{
    const double correction1 = 1.0 - pow(beta1, (double)t);
    const double correction2 = 1.0 - pow(beta2, (double)t);
    for (size_t i = 0; i < n; i++) {
        m[i] = beta1 * m[i] + (1.0 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1.0 - beta2) * (g[i] * g[i]);
        theta[i] -= lr * (m[i] / correction1) / (sqrt(v[i] / correction2) + eps);
    }
}

/* [ADAM.2] */
void aevb_ref_adam_hat(size_t n, size_t t, double lr, double beta1, double beta2, double eps_hat, double *theta,
                       const double *g, double *m, double *v)
{
    const double lr_t = lr * sqrt(1.0 - pow(beta2, (double)t)) / (1.0 - pow(beta1, (double)t));
    for (size_t i = 0; i < n; i++) {
        m[i] = beta1 * m[i] + (1.0 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1.0 - beta2) * (g[i] * g[i]);
        theta[i] -= lr_t * m[i] / (sqrt(v[i]) + eps_hat);
    }
}

/* [ADAMW.1] Decay acts on the parameter itself, before and apart from the gradient step. */
void aevb_ref_adamw(size_t n, size_t t, double lr, double beta1, double beta2, double eps, double decay,
                    double *theta, const double *g, double *m, double *v)
{
    for (size_t i = 0; i < n; i++)
        theta[i] *= 1.0 - lr * decay;
    aevb_ref_adam(n, t, lr, beta1, beta2, eps, theta, g, m, v);
}
