#!/usr/bin/env python3
# SPDX-License-Identifier: CC0-1.0
"""Ports that are wrong on purpose: the NumPy one with one known mistake. Usage: wrong_ports.py MISTAKE, or --list.

The diagnosis of `aevb conform` must name each of them; the names are those of its catalogue."""
import sys

import numpy as np

import port_numpy as p

right = {name: value for name, value in vars(p).items() if callable(value)}


def kl_sign():
    p.kl = lambda mu, logvar: (1 + logvar - mu * mu - np.exp(logvar)) / 2
    p.kl_backward = lambda mu, logvar, dkl: (-dkl * mu, -dkl * np.expm1(logvar) / 2)


def kl_logvar_as_log_sigma():
    p.kl = lambda mu, logvar: right["kl"](mu, 2 * logvar)
    p.kl_backward = lambda mu, logvar, dkl: (dkl * mu, dkl * np.expm1(2 * logvar))


def kl_variance_as_logvar():
    def kl_backward(mu, logvar, dkl):
        variance = np.exp(logvar)
        return dkl * mu, dkl * (np.exp(variance) - 1) / 2 * variance
    p.kl = lambda mu, logvar: (mu * mu + np.exp(np.exp(logvar)) - 1 - np.exp(logvar)) / 2
    p.kl_backward = kl_backward


def kl_cancellation():
    p.kl = lambda mu, logvar: -0.5 * (1 + logvar - mu ** 2 - np.exp(logvar))
    p.kl_backward = lambda mu, logvar, dkl: (dkl * mu, dkl * 0.5 * (np.exp(logvar) - 1))


def kl_mean_over_latent():
    def objective(kind, beta, t):
        return right["objective"](kind, beta / t["kl"].shape[1] if kind == "elbo" else beta, t)
    p.objective = objective
    p.parts = lambda t: {"recon": -t["logpx"].mean(), "kl_total": t["kl"].mean()}


def variance_as_sigma():
    p.reparam = lambda mu, logvar, eps: mu[:, None] + np.exp(logvar)[:, None] * eps
    p.reparam_backward = lambda logvar, eps, dz: (dz.sum(axis=1), (dz * eps).sum(axis=1) * np.exp(logvar))


def logvar_as_sigma():
    p.reparam = lambda mu, logvar, eps: mu[:, None] + logvar[:, None] * eps
    p.reparam_backward = lambda logvar, eps, dz: (dz.sum(axis=1), (dz * eps).sum(axis=1))


def mean_as_sample():
    p.reparam = lambda mu, logvar, eps: mu[:, None] + 0 * eps
    p.reparam_backward = lambda logvar, eps, dz: (dz.sum(axis=1), np.zeros_like(logvar))


def eps_shared_batch():
    p.reparam = lambda mu, logvar, eps: right["reparam"](mu, logvar, eps[:1])
    p.reparam_backward = lambda logvar, eps, dz: right["reparam_backward"](logvar, eps[:1], dz)


def sigma_gradient_missing_half():
    p.reparam_backward = lambda logvar, eps, dz: (dz.sum(axis=1), (dz * eps).sum(axis=1) * np.exp(logvar / 2))


def bernoulli_mean_over_pixels():
    p.bernoulli = lambda x, a: (x[:, None] * a - p.softplus(a)).mean(axis=-1)
    p.bernoulli_backward = lambda x, a, d: right["bernoulli_backward"](x, a, d) / x.shape[1]


def bernoulli_no_second_term():
    p.bernoulli = lambda x, a: (x[:, None] * (a - p.softplus(a))).sum(axis=-1)
    p.bernoulli_backward = lambda x, a, d: d[..., None] * (x[:, None] * (1 - p.sigmoid(a)))


def bernoulli_clip_1e_7():
    def clipped(a):
        return np.clip(p.sigmoid(a), 1e-7, 1 - 1e-7)

    def bernoulli(x, a):
        return (x[:, None] * np.log(clipped(a)) + (1 - x[:, None]) * np.log(1 - clipped(a))).sum(axis=-1)

    def bernoulli_backward(x, a, d):
        return d[..., None] * np.where(clipped(a) == p.sigmoid(a), x[:, None] - p.sigmoid(a), 0)
    p.bernoulli, p.bernoulli_backward = bernoulli, bernoulli_backward


def gaussian_missing_constant():
    p.gaussian = lambda x, mean, logvar: (-(logvar + (x[:, None] - mean) ** 2 * np.exp(-logvar)) / 2).sum(axis=-1)


def domain_not_checked():
    p.check_domain = lambda *_: None


def weights_transposed():
    def affine(x, w, bias):
        return x @ w.reshape(w.shape[::-1]) + bias

    def affine_backward(x, w, dy):
        rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
        return dy @ w.reshape(w.shape[::-1]).T, (rows.T @ drows).reshape(w.shape), drows.sum(axis=0)
    p.affine, p.affine_backward = affine, affine_backward


def heads_swapped():
    def layers(H, two_heads):
        enc, (mu, logvar), dec, out = right["layers"](H, two_heads)
        return enc, [logvar, mu], dec, out
    p.layers = layers


def beta_ignored():
    p.objective = lambda kind, beta, t: right["objective"](kind, 1, t)


def iwae_missing_log_k():
    p.iwae = lambda t: (right["iwae"](t)[0] + np.log(t["logpx"].shape[1]), right["iwae"](t)[1])


def iwae_mean_of_logs():
    p.iwae = lambda t: ((t["logpx"] + t["logpz"] - t["logq"]).mean(axis=1), right["iwae"](t)[1])


def adam(update):
    """Adam with another update, a function of the config, c1, c2, m and v."""
    def step(o, t, theta, g, s1, s2):
        kind = o["optimiser"]
        if kind not in ("adam", "adam-hat", "adamw"):
            return right["step"](o, t, theta, g, s1, s2)
        if kind == "adamw":
            theta = (1 - o["lr"] * o["weight_decay"]) * theta
        m = o["beta1"] * s1 + (1 - o["beta1"]) * g
        v = o["beta2"] * s2 + (1 - o["beta2"]) * (g * g)
        return theta - o["lr"] * update(o, 1 - o["beta1"] ** t, 1 - o["beta2"] ** t, m, v), m, v
    p.step = step


def adam_no_bias_correction():
    adam(lambda o, c1, c2, m, v: m / (np.sqrt(v) + o["eps"]))


def adam_epsilon_in_root():
    def update(o, c1, c2, m, v):
        if o["optimiser"] == "adam-hat":
            return np.sqrt(c2) / c1 * m / (np.sqrt(v) + o["eps"])
        return m / c1 / np.sqrt(v / c2 + o["eps"])
    adam(update)


def adam_epsilon_hat():
    adam(lambda o, c1, c2, m, v: np.sqrt(c2) / c1 * m / (np.sqrt(v) + o["eps"]))


def adamw_coupled():
    def step(o, t, theta, g, s1, s2):
        if o["optimiser"] == "adamw":
            return right["step"](dict(o, optimiser="adam"), t, theta, g + o["weight_decay"] * theta, s1, s2)
        return right["step"](o, t, theta, g, s1, s2)
    p.step = step


MISTAKES = {f.__name__.replace("_", "-"): f for f in (
    kl_sign, kl_logvar_as_log_sigma, kl_variance_as_logvar, kl_cancellation, kl_mean_over_latent, variance_as_sigma,
    logvar_as_sigma, mean_as_sample, eps_shared_batch, sigma_gradient_missing_half, bernoulli_mean_over_pixels,
    bernoulli_no_second_term, bernoulli_clip_1e_7, gaussian_missing_constant, domain_not_checked, weights_transposed,
    heads_swapped, beta_ignored, iwae_missing_log_k, iwae_mean_of_logs, adam_no_bias_correction, adam_epsilon_in_root,
    adam_epsilon_hat, adamw_coupled)}

if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print("\n".join(MISTAKES))
    elif len(sys.argv) == 2 and sys.argv[1] in MISTAKES:
        MISTAKES[sys.argv[1]]()
        p.main("numpy, wrong: " + sys.argv[1])
    else:
        sys.exit("usage: wrong_ports.py --list | MISTAKE")
