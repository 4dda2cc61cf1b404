# SPDX-License-Identifier: GPL-3.0-or-later
"""The VAE of run_peers.py written by hand in NumPy, float32, with Adam. Usage: vae_numpy.py CONFIG"""
import sys

import numpy as np

from peer_common import CONFIGS, ROWS, data, serve

f32 = np.float32


class Layer:
    """y = x w + b; weights [in][out], which BLAS likes best. Adam in place, without temporaries where NumPy can."""

    def __init__(self, rng, n_in, n_out):
        r = np.sqrt(6.0 / (n_in + n_out))
        self.p = [rng.uniform(-r, r, (n_in, n_out)).astype(f32), np.zeros(n_out, f32)]
        self.g = [np.empty_like(q) for q in self.p]
        self.m = [np.zeros_like(q) for q in self.p]
        self.v = [np.zeros_like(q) for q in self.p]
        self.t = [np.empty_like(q) for q in self.p]

    def forward(self, x):
        y = x @ self.p[0]
        y += self.p[1]
        return y

    def backward(self, x, dy, want_dx=True):
        np.matmul(x.T, dy, out=self.g[0])
        np.sum(dy, axis=0, out=self.g[1])
        return dy @ self.p[0].T if want_dx else None

    def adam(self, rate, root):
        for p, g, m, v, t in zip(self.p, self.g, self.m, self.v, self.t):
            m *= f32(0.9)
            np.multiply(g, f32(0.1), out=t)
            m += t
            v *= f32(0.999)
            np.multiply(g, g, out=t)
            t *= f32(0.001)
            v += t
            np.sqrt(v, out=t)
            t *= f32(root)
            t += f32(1e-8)
            np.divide(m, t, out=t)
            t *= f32(rate)
            p -= t


def main():
    x_dim, hidden, z_dim, activation, batch = CONFIGS[sys.argv[1]]
    rng = np.random.default_rng(1)
    rows = data(x_dim)
    widths = (x_dim,) + hidden
    encoder = [Layer(rng, i, o) for i, o in zip(widths, widths[1:])]
    mu_head, lv_head = Layer(rng, widths[-1], z_dim), Layer(rng, widths[-1], z_dim)
    widths = (z_dim,) + hidden[::-1] + (x_dim,)
    decoder = [Layer(rng, i, o) for i, o in zip(widths, widths[1:])]
    layers = encoder + [mu_head, lv_head] + decoder
    if activation == "relu":
        act = lambda a: np.maximum(a, 0, out=a)
        back = lambda h, dh: np.multiply(dh, h > 0, out=dh)
    else:
        act = lambda a: np.tanh(a, out=a)
        back = lambda h, dh: np.multiply(dh, 1 - h * h, out=dh)

    def epochs():
        t = 0
        while True:
            order = rng.permutation(ROWS)
            for at in range(0, ROWS - batch + 1, batch):
                x = rows[order[at:at + batch]].astype(f32)
                x *= f32(1 / 255)
                hs = [x]
                for layer in encoder:
                    hs.append(act(layer.forward(hs[-1])))
                mu, lv = mu_head.forward(hs[-1]), lv_head.forward(hs[-1])
                eps = rng.standard_normal(mu.shape, dtype=f32)
                sigma = np.exp(lv * f32(0.5))
                zs = [mu + sigma * eps]
                for layer in decoder[:-1]:
                    zs.append(act(layer.forward(zs[-1])))
                a = decoder[-1].forward(zs[-1])
                e = np.exp(-np.abs(a))
                loss = (np.maximum(a, 0) - x * a + np.log1p(e)).sum(dtype=np.float64) / batch
                loss += 0.5 * (mu * mu + np.expm1(lv) - lv).sum(dtype=np.float64) / batch
                d = np.where(a >= 0, f32(1), e) / (1 + e) - x
                d *= f32(1 / batch)
                for layer, z in zip(decoder[:0:-1], zs[:0:-1]):
                    d = back(z, layer.backward(z, d))
                d = decoder[0].backward(zs[0], d)
                dmu = d + mu * f32(1 / batch)
                dlv = f32(0.5) * (d * eps * sigma + np.expm1(lv) * f32(1 / batch))
                d = mu_head.backward(hs[-1], dmu) + lv_head.backward(hs[-1], dlv)
                for i in range(len(encoder) - 1, -1, -1):
                    d = encoder[i].backward(hs[i], back(hs[i + 1], d), i > 0)
                t += 1
                for layer in layers:
                    layer.adam(1e-3 / (1 - 0.9 ** t), 1 / np.sqrt(1 - 0.999 ** t))
                yield loss

    serve(epochs, batch)


main()
