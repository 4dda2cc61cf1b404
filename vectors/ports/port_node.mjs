// SPDX-License-Identifier: CC0-1.0
// Port in plain JavaScript for Node.js: flat arrays, row-major, loops. docs/spec says what each function computes.
import readline from "node:readline";

const LOG_2PI = Math.log(2 * Math.PI);
class DomainError extends Error {}

const zeros = (n) => new Array(n).fill(0);
const make = (n, f) => Array.from({ length: n }, (_, i) => f(i));
const total = (a) => a.reduce((s, v) => s + v, 0);
// R rows of n elements: the sum of f(r, i) over i.
const rowSums = (R, n, f) => make(R, (r) => total(make(n, (i) => f(r, i))));

// --- network
function affine(x, w, bias, I, O) {
  return make((x.length / I) * O, (i) => {
    let sum = bias[i % O];
    const b = Math.floor(i / O), o = i % O;
    for (let j = 0; j < I; j++) sum += w[o * I + j] * x[b * I + j];
    return sum;
  });
}

function affineBackward(x, w, dy, I, O) {
  const B = x.length / I, dx = zeros(B * I), dw = zeros(O * I), dbias = zeros(O);
  for (let b = 0; b < B; b++)
    for (let o = 0; o < O; o++) {
      const d = dy[b * O + o];
      dbias[o] += d;
      for (let i = 0; i < I; i++) {
        dw[o * I + i] += d * x[b * I + i];
        dx[b * I + i] += d * w[o * I + i];
      }
    }
  return { dx, dw, dbias };
}

function sigmoid(a) {
  const e = Math.exp(-Math.abs(a));
  return a >= 0 ? 1 / (1 + e) : e / (1 + e);
}

const softplus = (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

const activations = {
  identity: [(a) => a, () => 1],
  relu: [(a) => Math.max(a, 0), (a) => (a > 0 ? 1 : 0)],
  tanh: [Math.tanh, (a, h) => 1 - h * h],
  sigmoid: [sigmoid, (a, h) => h * (1 - h)],
  softplus: [softplus, (a) => sigmoid(a)],
};
const activate = (name, a) => a.map((v) => activations[name][0](v));
const activateBackward = (name, a, h, dh) => dh.map((d, i) => d * activations[name][1](a[i], h[i]));

// --- posterior and prior
function reparam(mu, logvar, eps, K, Z) {
  return eps.map((e, i) => {
    const at = Math.floor(i / (K * Z)) * Z + (i % Z);
    return mu[at] + Math.exp(logvar[at] / 2) * e;
  });
}

function reparamBackward(logvar, eps, dz, K, Z) {
  const dmu = zeros(logvar.length), dlogvar = zeros(logvar.length);
  dz.forEach((d, i) => {
    const at = Math.floor(i / (K * Z)) * Z + (i % Z);
    dmu[at] += d;
    dlogvar[at] += d * eps[i] * (0.5 * Math.exp(logvar[at] / 2));
  });
  return { dmu, dlogvar };
}

// exp(v) - 1 - v; by its series where that would cancel.
function expm1Minus(v) {
  if (!(Math.abs(v) < 0.5)) return Math.expm1(v) - v;
  let s = 0;
  for (let n = 17; n >= 2; n--) s = ((1 + s) * v) / n;
  return s * v;
}

const kl = (mu, logvar) => mu.map((m, i) => 0.5 * (m * m + expm1Minus(logvar[i])));
const klBackward = (mu, logvar, dkl) => ({
  dmu: mu.map((m, i) => dkl[i] * m),
  dlogvar: logvar.map((v, i) => dkl[i] * (0.5 * Math.expm1(v))),
});

const logq = (logvar, eps, K, Z) => rowSums(eps.length / Z, Z, (r, j) => {
  const e = eps[r * Z + j];
  return -0.5 * (LOG_2PI + logvar[Math.floor(r / K) * Z + j] + e * e);
});

// Along the path z(mu, logvar, eps).
function logqBackward(dlogq, K, Z) {
  const dlogvar = zeros((dlogq.length / K) * Z);
  dlogq.forEach((d, r) => {
    for (let j = 0; j < Z; j++) dlogvar[Math.floor(r / K) * Z + j] -= 0.5 * d;
  });
  return dlogvar;
}

const logpz = (z, Z) => rowSums(z.length / Z, Z, (r, j) => -0.5 * (LOG_2PI + z[r * Z + j] ** 2));
const logpzBackward = (z, dlogpz, Z) => z.map((v, i) => -dlogpz[Math.floor(i / Z)] * v);

// --- likelihoods: row r belongs to datum r / K
function checkDomain(likelihood, x, C) {
  if (likelihood === "categorical") {
    const oneHot = (p) => p.every((v) => v === 0 || v === 1) && total(p) === 1;
    if (!make(x.length / C, (p) => x.slice(p * C, (p + 1) * C)).every(oneHot)) throw new DomainError();
    return;
  }
  const bounded = { bernoulli: (v) => v === 0 || v === 1, grey: (v) => v >= 0 && v <= 1 };
  const inside = bounded[likelihood] ?? Number.isFinite;
  if (!x.every(inside)) throw new DomainError();
}

// For every element of the decoder's output: f(x of its datum, index, row).
const perOutput = (n, x, K, X, f) => make(n, (i) => {
  const r = Math.floor(i / X);
  return f(x[Math.floor(r / K) * X + (i % X)], i, r);
});
const perRow = (values, X) => rowSums(values.length / X, X, (r, i) => values[r * X + i]);

const bernoulli = (x, a, K, X) => perRow(perOutput(a.length, x, K, X, (v, i) => v * a[i] - softplus(a[i])), X);
const bernoulliBackward = (x, a, d, K, X) => perOutput(a.length, x, K, X, (v, i, r) => d[r] * (v - sigmoid(a[i])));

// For every element of a[B,K,P,C]: the logit below the largest of its position, and the sum of their exponentials.
function belowTop(a, C) {
  const top = make(a.length / C, (p) => a.slice(p * C, (p + 1) * C).reduce((t, v) => (v > t || v !== v ? v : t)));
  const below = a.map((v, i) => v - top[Math.floor(i / C)]);
  return { below, sum: rowSums(top.length, C, (p, c) => Math.exp(below[p * C + c])) };
}

function categorical(x, a, K, X, C) {
  const { below, sum } = belowTop(a, C);
  return perRow(perOutput(a.length, x, K, X, (v, i) =>
    (v === 1 ? below[i] : 0) - (i % C === 0 ? Math.log(sum[Math.floor(i / C)]) : 0)), X);
}

function categoricalBackward(x, a, d, K, X, C) {
  const { below, sum } = belowTop(a, C);
  return perOutput(a.length, x, K, X, (v, i, r) => d[r] * (v - Math.exp(below[i]) / sum[Math.floor(i / C)]));
}

const gaussian = (x, mean, logvar, K, X) => perRow(perOutput(mean.length, x, K, X,
  (v, i) => -0.5 * (LOG_2PI + logvar[i] + (v - mean[i]) ** 2 * Math.exp(-logvar[i]))), X);
const gaussianBackward = (x, mean, logvar, d, K, X) => ({
  dmean: perOutput(mean.length, x, K, X, (v, i, r) => d[r] * ((v - mean[i]) * Math.exp(-logvar[i]))),
  dlogvar: perOutput(mean.length, x, K, X,
    (v, i, r) => d[r] * (0.5 * ((v - mean[i]) ** 2 * Math.exp(-logvar[i]) - 1))),
});

const gaussianFixed = (x, mean, variance, K, X) => perRow(perOutput(mean.length, x, K, X,
  (v, i) => -0.5 * (LOG_2PI + Math.log(variance) + (v - mean[i]) ** 2 / variance)), X);
const gaussianFixedBackward = (x, mean, variance, d, K, X) =>
  perOutput(mean.length, x, K, X, (v, i, r) => d[r] * ((v - mean[i]) / variance));

// --- objectives
function objective(kind, beta, t, B, K) {
  const each = 1 / (B * K), fill = (of, v) => of.map(() => v);
  if (kind === "elbo")
    return { loss: -total(t.logpx) * each + (beta / B) * total(t.kl), dlogpx: fill(t.logpx, -each),
             dlogpz: fill(t.logpx, 0), dlogq: fill(t.logpx, 0), dkl: fill(t.kl, beta / B) };
  return { loss: -total(t.logpx.map((l, i) => l + beta * (t.logpz[i] - t.logq[i]))) * each,
           dlogpx: fill(t.logpx, -each), dlogpz: fill(t.logpx, -beta * each), dlogq: fill(t.logpx, beta * each),
           dkl: fill(t.kl, 0) };
}

const parts = (t, B, K) => ({ recon: -total(t.logpx) / (B * K), kl_total: total(t.kl) / B });

function iwae(t, B, K) {
  const bound = zeros(B), weights = zeros(B * K);
  for (let b = 0; b < B; b++) {
    const l = make(K, (k) => t.logpx[b * K + k] + t.logpz[b * K + k] - t.logq[b * K + k]);
    const top = Math.max(...l); // NaN when one is NaN
    const w = l.map((v) => Math.exp(v - top)), sum = total(w);
    bound[b] = Number.isFinite(top) ? top + Math.log(sum / K) : top;
    w.forEach((v, k) => (weights[b * K + k] = v / sum));
  }
  return { bound, weights };
}

const weightPrior = (precision, N, theta) => ({
  loss: 0.5 * (precision / N) * total(theta.map((v) => v * v)),
  dtheta: theta.map((v) => (precision / N) * v),
});

// --- optimisers: one step in place, the t-th from 1
function step(o, t, theta, g, s1, s2) {
  const c1 = 1 - o.beta1 ** t, c2 = 1 - o.beta2 ** t;
  for (let i = 0; i < theta.length; i++) {
    if (o.optimiser === "sgd") {
      s1[i] = o.momentum * s1[i] + g[i];
      theta[i] -= o.lr * s1[i];
    } else if (o.optimiser === "adagrad") {
      s1[i] += g[i] * g[i];
      theta[i] -= (o.lr * g[i]) / (Math.sqrt(s1[i]) + o.eps);
    } else {
      if (o.optimiser === "adamw") theta[i] *= 1 - o.lr * o.weight_decay;
      s1[i] = o.beta1 * s1[i] + (1 - o.beta1) * g[i];
      s2[i] = o.beta2 * s2[i] + (1 - o.beta2) * (g[i] * g[i]);
      if (o.optimiser === "adam-hat")
        theta[i] -= (((o.lr * Math.sqrt(c2)) / c1) * s1[i]) / (Math.sqrt(s2[i]) + o.eps);
      else theta[i] -= (o.lr * (s1[i] / c1)) / (Math.sqrt(s2[i] / c2) + o.eps);
    }
  }
}

// --- random numbers: 64-bit numbers are pairs of words, the low one first
function philox(counter, key) {
  const mul = (a, b) => BigInt(a) * BigInt(b), high = (p) => Number(p >> 32n), low = (p) => Number(p & 0xffffffffn);
  let c = counter, [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const p0 = mul(0xd2511f53, c[0]), p1 = mul(0xcd9e8d57, c[2]);
    c = [(high(p1) ^ c[1] ^ k0) >>> 0, low(p1), (high(p0) ^ c[3] ^ k1) >>> 0, low(p0)];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return c;
}

function element(seed, stream, [low, high]) {
  const words = philox([((low >>> 1) | ((high & 1) << 31)) >>> 0, high >>> 1, ...stream], seed);
  return words.slice(2 * (low & 1), 2 * (low & 1) + 2);
}

function uniform(seed, stream, index) {
  const [low, high] = element(seed, stream, index);
  return (low * 2 ** 20 + Math.floor(high / 4096) + 0.5) * 2 ** -52;
}

function permutation(seed, stream, n) {
  const p = make(n, (i) => i);
  for (let i = n - 1; i >= 1; i--) {
    const j = Number((BigInt(element(seed, stream, [i, 0])[0]) * BigInt(i + 1)) >> 32n);
    [p[i], p[j]] = [p[j], p[i]];
  }
  return p;
}

// --- whole models
function layers(c) {
  const H = c.hidden_layers, hidden = (first) => make(H, (i) => `fc${first + i}`), out = `fc${2 * H + 2}`;
  return { encoder: hidden(1), encoderHeads: [`fc${H + 1}1`, `fc${H + 1}2`], decoder: hidden(H + 2),
           decoderHeads: c.likelihood === "gaussian" ? [out + "1", out + "2"] : [out] };
}

const layer = (p, name, x) =>
  affine(x, p[name + ".weight"], p[name + ".bias"], p[name + ".weight"].length / p[name + ".bias"].length,
    p[name + ".bias"].length);

function layerBackward(p, name, x, dy, grad) {
  const O = p[name + ".bias"].length, I = p[name + ".weight"].length / O;
  const d = affineBackward(x, p[name + ".weight"], dy, I, O);
  grad[name + ".weight"] = d.dw;
  grad[name + ".bias"] = d.dbias;
  return d.dx;
}

function stack(f, names, p, x) {
  return names.reduce((kept, name) => {
    const input = kept.length ? kept[kept.length - 1].h : x, a = layer(p, name, input);
    return [...kept, { x: input, a, h: activate(f, a) }];
  }, []);
}

const stackBackward = (f, names, p, kept, dh, grad) =>
  kept.reduceRight((d, k, i) => layerBackward(p, names[i], k.x, activateBackward(f, k.a, k.h, d), grad), dh);

const add = (a, b) => a.map((v, i) => v + b[i]);

function forward(c, d, p, x, eps) {
  const { K, X, Z } = d, names = layers(c), v = { x, eps, names };
  v.encoder = stack(c.activation, names.encoder, p, x);
  v.henc = v.encoder.at(-1)?.h ?? x;
  [v.mu, v.logvar] = names.encoderHeads.map((n) => layer(p, n, v.henc));
  v.z = reparam(v.mu, v.logvar, eps, K, Z);
  v.decoder = stack(c.activation, names.decoder, p, v.z);
  v.hdec = v.decoder.at(-1)?.h ?? v.z;
  v.out = names.decoderHeads.map((n) => layer(p, n, v.hdec));
  if (c.likelihood === "gaussian") v.logpx = gaussian(x, ...v.out, K, X);
  else if (c.likelihood === "gaussian-fixed") v.logpx = gaussianFixed(x, v.out[0], c.variance, K, X);
  else if (c.likelihood === "categorical") v.logpx = categorical(x, v.out[0], K, X, c.classes);
  else v.logpx = bernoulli(x, v.out[0], K, X);
  v.logpz = logpz(v.z, Z);
  v.logq = logq(v.logvar, eps, K, Z);
  v.kl = kl(v.mu, v.logvar);
  return v;
}

// Gradients of the tensors from the adjoints a; those of the intermediates go into v.
function backward(c, d, p, v, a) {
  const { K, X, Z } = d, { names, x } = v, grad = {};
  if (c.likelihood === "gaussian") v.dout = Object.values(gaussianBackward(x, ...v.out, a.dlogpx, K, X));
  else if (c.likelihood === "gaussian-fixed")
    v.dout = [gaussianFixedBackward(x, v.out[0], c.variance, a.dlogpx, K, X)];
  else if (c.likelihood === "categorical") v.dout = [categoricalBackward(x, v.out[0], a.dlogpx, K, X, c.classes)];
  else v.dout = [bernoulliBackward(x, v.out[0], a.dlogpx, K, X)];
  let dh = names.decoderHeads.map((n, i) => layerBackward(p, n, v.hdec, v.dout[i], grad)).reduce(add);
  dh = stackBackward(c.activation, names.decoder, p, v.decoder, dh, grad);
  v.dz = add(dh, logpzBackward(v.z, a.dlogpz, Z));
  const path = reparamBackward(v.logvar, v.eps, v.dz, K, Z), divergence = klBackward(v.mu, v.logvar, a.dkl);
  v.dmu = add(path.dmu, divergence.dmu);
  v.dlogvar = add(add(path.dlogvar, divergence.dlogvar), logqBackward(a.dlogq, K, Z));
  dh = [v.dmu, v.dlogvar].map((dy, i) => layerBackward(p, names.encoderHeads[i], v.henc, dy, grad)).reduce(add);
  stackBackward(c.activation, names.encoder, p, v.encoder, dh, grad);
  return grad;
}

const prefixed = (prefix, block) => Object.fromEntries(Object.entries(block).map(([n, v]) => [prefix + n, v]));

function model(d, c, i) {
  checkDomain(c.likelihood, i.x, c.classes);
  const v = forward(c, d, i, i.x, i.eps), o = objective(c.objective, c.beta, v, d.B, d.K);
  const grad = backward(c, d, i, v, o), one = c.likelihood.startsWith("gaussian") ? "mean" : "a";
  return { ...v, loss: o.loss, ...parts(v, d.B, d.K), bound: iwae(v, d.B, d.K).bound, [one]: v.out[0],
           x_logvar: v.out[1], ["d" + one]: v.dout[0], dx_logvar: v.dout[1], ...prefixed("d.", grad) };
}

function trajectory(d, c, i) {
  const p = prefixed("", Object.fromEntries(Object.entries(i).filter(([n]) => n.startsWith("fc"))));
  const start = () => Object.fromEntries(Object.entries(p).map(([n, w]) => [n, zeros(w.length)]));
  const s1 = start(), s2 = start(), out = { loss: [], recon: [], kl_total: [] }, E = d.B * d.K * d.Z;
  for (let t = 0; t < d.T; t++) {
    const rows = i.index.slice(t * d.B, (t + 1) * d.B);
    const x = rows.flatMap((r) => i.data.slice(r * d.X, (r + 1) * d.X));
    const v = forward(c, d, p, x, i.eps.slice(t * E, (t + 1) * E)), o = objective(c.objective, c.beta, v, d.B, d.K);
    const grad = backward(c, d, p, v, o), part = parts(v, d.B, d.K);
    let loss = o.loss;
    for (const n in p) {
      const prior = weightPrior(c.precision, d.N, p[n]);
      loss += prior.loss;
      step(c, t + 1, p[n], add(grad[n], prior.dtheta), s1[n], s2[n]);
    }
    out.loss.push(loss);
    out.recon.push(part.recon);
    out.kl_total.push(part.kl_total);
  }
  return { ...out, ...prefixed("T.", p), ...prefixed("s1.", s1), ...prefixed("s2.", s2) };
}

function optimiser(d, c, i) {
  const [theta, s1, s2] = [[...i.theta], [...i.state1], [...(i.state2 ?? [])]];
  for (let t = 0; t < d.T; t++) step(c, i.t + t + 1, theta, i.grad.slice(t * d.n, (t + 1) * d.n), s1, s2);
  return { theta_T: theta, state1_T: s1, state2_T: s2 };
}

// A case: (dims, config, inputs) -> outputs by name. `on` checks the domain of x first.
const on = (likelihood, f) => (d, c, i) => (checkDomain(likelihood, i.x, d.C), f(d, c, i));
const types = {
  affine: (d, c, i) => ({ y: affine(i.x, i.w, i.bias, d.I, d.O) }),
  "affine-backward": (d, c, i) => affineBackward(i.x, i.w, i.dy, d.I, d.O),
  activation: (d, c, i) => ({ h: activate(c.activation, i.a) }),
  "activation-backward": (d, c, i) =>
    ({ da: activateBackward(c.activation, i.a, activate(c.activation, i.a), i.dh) }),
  reparam: (d, c, i) => ({ z: reparam(i.mu, i.logvar, i.eps, d.K, d.Z) }),
  "reparam-backward": (d, c, i) => reparamBackward(i.logvar, i.eps, i.dz, d.K, d.Z),
  kl: (d, c, i) => ({ kl: kl(i.mu, i.logvar) }),
  "kl-backward": (d, c, i) => klBackward(i.mu, i.logvar, i.dkl),
  logq: (d, c, i) => ({ logq: logq(i.logvar, i.eps, d.K, d.Z) }),
  "logq-backward": (d, c, i) => ({ dlogvar: logqBackward(i.dlogq, d.K, d.Z) }),
  logpz: (d, c, i) => ({ logpz: logpz(i.z, d.Z) }),
  "logpz-backward": (d, c, i) => ({ dz: logpzBackward(i.z, i.dlogpz, d.Z) }),
  bernoulli: on("bernoulli", (d, c, i) => ({ logpx: bernoulli(i.x, i.a, d.K, d.X) })),
  "bernoulli-backward": on("bernoulli", (d, c, i) => ({ da: bernoulliBackward(i.x, i.a, i.dlogpx, d.K, d.X) })),
  grey: on("grey", (d, c, i) => ({ logpx: bernoulli(i.x, i.a, d.K, d.X) })),
  "grey-backward": on("grey", (d, c, i) => ({ da: bernoulliBackward(i.x, i.a, i.dlogpx, d.K, d.X) })),
  gaussian: on("gaussian", (d, c, i) => ({ logpx: gaussian(i.x, i.mean, i.logvar, d.K, d.X) })),
  "gaussian-backward": on("gaussian", (d, c, i) => gaussianBackward(i.x, i.mean, i.logvar, i.dlogpx, d.K, d.X)),
  "gaussian-fixed": on("gaussian", (d, c, i) => ({ logpx: gaussianFixed(i.x, i.mean, c.variance, d.K, d.X) })),
  "gaussian-fixed-backward": on("gaussian",
    (d, c, i) => ({ dmean: gaussianFixedBackward(i.x, i.mean, c.variance, i.dlogpx, d.K, d.X) })),
  categorical: on("categorical", (d, c, i) => ({ logpx: categorical(i.x, i.a, d.K, d.P * d.C, d.C) })),
  "categorical-backward": on("categorical",
    (d, c, i) => ({ da: categoricalBackward(i.x, i.a, i.dlogpx, d.K, d.P * d.C, d.C) })),
  elbo: (d, c, i) => ({ ...objective(c.objective, c.beta, i, d.B, d.K), ...parts(i, d.B, d.K) }),
  iwae: (d, c, i) => iwae(i, d.B, d.K),
  "weight-prior": (d, c, i) => weightPrior(c.precision, c.n_data, i.theta),
  optimiser, model, trajectory,
  philox: (d, c, i) => ({ words: philox(i.counter, i.key) }),
  uniform: (d, c, i) => ({ u: uniform(i.seed, i.stream, i.index) }),
  permutation: (d, c, i) => ({ p: permutation(i.seed, i.stream, d.n) }),
};

// --- protocol (docs/spec/protocol.md); JSON has no NaN and no infinity: strings stand for them
const special = { nan: NaN, inf: Infinity, "-inf": -Infinity };
const read = (v) => (Array.isArray(v) ? v.map(read) : typeof v === "string" ? special[v] : v);
const name = (v) => (Number.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf");
const write = (v) => (Array.isArray(v) ? v.map(write) : Number.isFinite(v) ? v : name(v));

function answer(message) {
  if (message.hello)
    return { hello: { protocol: 1, port: `node ${process.version}`, precisions: ["f64"],
                      types: Object.keys(types) } };
  const { id, type, dims, config, arrays, inputs } = message.case;
  try {
    const given = Object.fromEntries(Object.entries(inputs).map(([n, v]) => [n, read(v)]));
    const outputs = types[type](dims, config, given), wanted = Object.keys(arrays).filter((n) => !(n in inputs));
    return { id, outputs: Object.fromEntries(wanted.map((n) => [n, write(outputs[n])])) };
  } catch (error) {
    if (error instanceof DomainError) return { id, error: "domain" };
    throw error;
  }
}

for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const message = JSON.parse(line);
  if (message.stop) break;
  process.stdout.write(JSON.stringify(answer(message)) + "\n");
}
