# SPDX-License-Identifier: CC0-1.0
"""The specification's random numbers (docs/spec/rng.md) in plain Python."""
import math
from statistics import NormalDist


def philox(counter, key):
    c, (k0, k1) = list(counter), key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k1, p0 & 0xFFFFFFFF]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c


def element(seed, stream, index):
    """The two words of element `index`; seed and stream are pairs of words, the low one first."""
    block = index >> 1
    words = philox([block & 0xFFFFFFFF, block >> 32] + stream, seed)
    return words[2 * (index & 1):][:2]


def uniform(seed, stream, index):
    low, high = element(seed, stream, index)
    return (((low << 32 | high) >> 12) + 0.5) * 2.0 ** -52


def quantile(u):
    if not 0 < u < 1:
        return {0: -math.inf, 1: math.inf}.get(u, math.nan)
    return NormalDist().inv_cdf(u)


def permutation(seed, stream, n):
    p = list(range(n))
    for i in range(n - 1, 0, -1):
        j = element(seed, stream, i)[0] * (i + 1) >> 32
        p[i], p[j] = p[j], p[i]
    return p
