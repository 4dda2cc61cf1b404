/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every kernel of one precision on rows of numbers: a call of it, and one of what src/ref (or the C library) needs for
 * the same. The table comes from the kernel list, so a kernel without its two calls here does not compile. */

/* The shape of a case: n elements in ROWS rows, of DATA data with SAMPLES samples each. */
enum { DATA = 4, SAMPLES = 2, ROWS = DATA * SAMPLES };

typedef struct kernel_case {
    const kernels *k;
    const aevb_kern_draw *draw;
    size_t n, Z;               /* Z = n / ROWS */
    real *a, *b, *c, *y, *m, *v;   /* [n], a, b, c between 0.1 and 0.9 */
    double *A, *B, *C, *Y, *M, *V; /* the same for src/ref */
    double *terms;             /* [n] */
    uint8_t *bytes, *text;     /* [n]; text: below 5 */
    uint32_t *index;           /* [ROWS] */
    aevb_step_scalars step;
} kernel_case;

/* `bytes` are read and written for one of the n elements, each array counted once (twice where a kernel adds to it),
 * what is one number per row not at all. An array of one row per datum has n / SAMPLES elements. */
#define FAST(name, bytes, args) enum { bytes_##name = bytes }; CALL(kernel_case, fast, name, (void)s->k->name args)
#define REF(name, ...) CALL(kernel_case, ref, name, __VA_ARGS__)
enum { S = sizeof(real), D = sizeof(double) };

#define MAP(name, expression) \
    FAST(name, 2 * S, (s->n, s->a, s->y)) \
    REF(name, for (size_t i = 0; i < s->n; i++) { const double x = s->A[i]; s->Y[i] = expression; })
MAP(exp, exp(x))
MAP(expm1, expm1(x))
MAP(log, log(x))
MAP(log1p, log1p(x))
MAP(tanh, tanh(x))
MAP(sigmoid, aevb_ref_sigmoid(x))
MAP(softplus, aevb_ref_softplus(x))

FAST(activation, 2 * S, (AEVB_TANH, s->n, s->a, s->y))
REF(activation, aevb_ref_activation(AEVB_TANH, s->n, s->A, s->Y))
FAST(activation_backward, 3 * S, (AEVB_TANH, s->n, s->a, s->b, s->y))
REF(activation_backward, aevb_ref_activation_backward(AEVB_TANH, s->n, s->A, s->A, s->B, s->Y))
FAST(sum_squares, S, (s->n, s->a))
REF(sum_squares, double sum = 0; for (size_t i = 0; i < s->n; i++) sum += s->A[i] * s->A[i]; s->Y[0] = sum)
FAST(log_sum_exp, 2 * S, (ROWS, s->Z, s->a, s->m, s->y))
REF(log_sum_exp, for (size_t r = 0; r < ROWS; r++) {
        const double *t = s->A + r * s->Z;
        double largest = t[0], sum = 0;
        for (size_t i = 1; i < s->Z; i++) largest = t[i] > largest ? t[i] : largest;
        for (size_t i = 0; i < s->Z; i++) sum += exp(t[i] - largest);
        s->M[r] = largest + log(sum);
        for (size_t i = 0; i < s->Z; i++) s->Y[r * s->Z + i] = exp(t[i] - s->M[r]);
    })

FAST(reparam, 3 * S, (DATA, SAMPLES, s->Z, s->a, s->b, s->c, s->y))
REF(reparam, aevb_ref_reparam(DATA, SAMPLES, s->Z, s->A, s->B, s->C, s->Y))
FAST(reparam_backward, 9 * S / 2, (DATA, SAMPLES, s->Z, s->a, s->b, s->c, s->y, s->m))
REF(reparam_backward, aevb_ref_reparam_backward(DATA, SAMPLES, s->Z, s->A, s->B, s->C, s->Y, s->M))
FAST(kl, 2 * S + D, (s->n, s->a, s->b, s->terms))
REF(kl, aevb_ref_kl(1, s->n, s->A, s->B, s->Y))
FAST(kl_backward, 6 * S + D, (s->n, s->a, s->b, s->terms, s->y, s->m))
REF(kl_backward, aevb_ref_kl_backward(1, s->n, s->A, s->B, s->terms, s->Y, s->M))
FAST(logq, 3 * S / 2, (DATA, SAMPLES, s->Z, s->a, s->b, s->terms))
REF(logq, aevb_ref_logq(DATA, SAMPLES, s->Z, s->A, s->B, s->Y))
FAST(logq_backward, S, (DATA, SAMPLES, s->Z, s->terms, s->y))
REF(logq_backward, aevb_ref_logq_backward(DATA, SAMPLES, s->Z, s->terms, s->Y))
FAST(logpz, S, (ROWS, s->Z, s->a, s->terms))
REF(logpz, aevb_ref_logpz(ROWS, s->Z, s->A, s->Y))
FAST(logpz_backward, 3 * S, (ROWS, s->Z, s->a, s->terms, s->y))
REF(logpz_backward, aevb_ref_logpz_backward(ROWS, s->Z, s->A, s->terms, s->Y))

/* The kernels with a gradient yield value and gradient; so does their reference, in two calls. */
FAST(bernoulli, 3 * S / 2, (ROWS, SAMPLES, s->Z, s->a, s->b, s->terms))
REF(bernoulli, aevb_ref_bernoulli(DATA, SAMPLES, s->Z, s->A, s->B, s->Y))
FAST(bernoulli_grad, 5 * S / 2, (ROWS, SAMPLES, s->Z, s->a, s->b, s->terms + ROWS, s->terms, s->y))
REF(bernoulli_grad, aevb_ref_bernoulli(DATA, SAMPLES, s->Z, s->A, s->B, s->M);
    aevb_ref_bernoulli_backward(DATA, SAMPLES, s->Z, s->A, s->B, s->terms, s->Y))
FAST(gaussian, 5 * S / 2, (ROWS, SAMPLES, s->Z, s->a, s->b, s->c, s->terms))
REF(gaussian, aevb_ref_gaussian(DATA, SAMPLES, s->Z, s->A, s->B, s->C, s->Y))
FAST(gaussian_grad, 9 * S / 2, (ROWS, SAMPLES, s->Z, s->a, s->b, s->c, s->terms + ROWS, s->terms, s->y, s->m))
REF(gaussian_grad, aevb_ref_gaussian(DATA, SAMPLES, s->Z, s->A, s->B, s->C, s->V);
    aevb_ref_gaussian_backward(DATA, SAMPLES, s->Z, s->A, s->B, s->C, s->terms, s->Y, s->M))
FAST(gaussian_fixed, 3 * S / 2, (ROWS, SAMPLES, s->Z, s->a, s->b, 2.0, 1.0, s->terms))
REF(gaussian_fixed, aevb_ref_gaussian_fixed(DATA, SAMPLES, s->Z, s->A, s->B, 0.5, s->Y))
FAST(gaussian_fixed_grad, 5 * S / 2, (ROWS, SAMPLES, s->Z, s->a, s->b, 2.0, 1.0, s->terms + ROWS, s->terms, s->y))
REF(gaussian_fixed_grad, aevb_ref_gaussian_fixed(DATA, SAMPLES, s->Z, s->A, s->B, 0.5, s->M);
    aevb_ref_gaussian_fixed_backward(DATA, SAMPLES, s->Z, s->A, s->B, 0.5, s->terms, s->Y))

/* Two positions of Z / 2 classes: 5, 64 and 1024. */
FAST(categorical, 3 * S / 2, (ROWS, SAMPLES, s->Z, s->Z / 2, s->a, s->b, s->terms))
REF(categorical, aevb_ref_categorical(DATA, SAMPLES, s->Z, s->Z / 2, s->A, s->B, s->Y))
FAST(categorical_grad, 5 * S / 2, (ROWS, SAMPLES, s->Z, s->Z / 2, s->a, s->b, s->terms + ROWS, s->terms, s->y))
REF(categorical_grad, aevb_ref_categorical(DATA, SAMPLES, s->Z, s->Z / 2, s->A, s->B, s->M);
    aevb_ref_categorical_backward(DATA, SAMPLES, s->Z, s->Z / 2, s->A, s->B, s->terms, s->Y))
FAST(softmax, 2 * S, (ROWS, s->Z, s->a, s->y))
REF(softmax, aevb_ref_softmax(ROWS, s->Z, s->A, s->Y))

FAST(sgd, 5 * S, (&s->step, s->n, s->y, s->a, s->v))
REF(sgd, aevb_ref_sgd(s->n, 1e-6, 0.9, s->Y, s->A, s->V))
FAST(adagrad, 5 * S, (&s->step, s->n, s->y, s->a, s->v))
REF(adagrad, aevb_ref_adagrad(s->n, 1e-6, 1e-8, s->Y, s->A, s->V))
FAST(adam, 7 * S, (&s->step, s->n, s->y, s->a, s->m, s->v))
REF(adam, aevb_ref_adam(s->n, 10, 1e-6, 0.9, 0.999, 1e-8, s->Y, s->A, s->M, s->V))

FAST(gather_u8, 1 + S, (ROWS, s->Z, s->bytes, s->index, 0, s->y))
REF(gather_u8, for (size_t b = 0; b < ROWS; b++) for (size_t i = 0; i < s->Z; i++)
    s->Y[b * s->Z + i] = (double)s->bytes[s->index[b] * s->Z + i] / 255.0)
FAST(gather_f64, D + S, (ROWS, s->Z, s->A, s->index, 0, s->y))
REF(gather_f64, for (size_t b = 0; b < ROWS; b++) for (size_t i = 0; i < s->Z; i++)
    s->Y[b * s->Z + i] = s->A[s->index[b] * s->Z + i])
FAST(gather_text, S, (ROWS, s->Z, s->Z / 2, 2, s->text, s->index, s->y))
REF(gather_text, for (size_t i = 0; i < s->n; i++) {
        const size_t place = i % s->Z / (s->Z / 2);
        s->Y[i] = i % (s->Z / 2) == s->text[s->index[i / s->Z] * 2 + place] ? 1.0 : 0.0;
    })
FAST(domain, S, (AEVB_GREY, 0, s->n, s->a))
REF(domain, s->Y[0] = (double)aevb_ref_domain(AEVB_GREY, 0, s->n, s->A))
FAST(from_f64, D + S, (s->n, s->A, s->y))
REF(from_f64, for (size_t i = 0; i < s->n; i++) s->m[i] = (real)s->A[i])
FAST(to_f64, S + D, (s->n, s->a, s->terms))
REF(to_f64, for (size_t i = 0; i < s->n; i++) s->Y[i] = (double)s->a[i])

#if AEVB_BITS == 64 /* the draws are doubles inside, so they are measured once */
# define DRAW(name, bytes, args) enum { bytes_##name = bytes }; CALL(kernel_case, fast, name, s->draw->name args)
DRAW(uniform, D, (1, 2, 3, s->n, s->Y))
REF(uniform, for (size_t i = 0; i < s->n; i++) s->Y[i] = aevb_uniform(1, 2, 3 + i))
DRAW(normal_f64, D, (1, 2, 3, s->n, s->Y))
REF(normal_f64, for (size_t i = 0; i < s->n; i++) s->Y[i] = aevb_normal(1, 2, 3 + i))
DRAW(normal_f32, sizeof(float), (1, 2, 3, s->n, (float *)s->M))
REF(normal_f32, float *to = (float *)s->M; for (size_t i = 0; i < s->n; i++) to[i] = (float)aevb_normal(1, 2, 3 + i))
DRAW(quantile, 2 * D, (s->n, s->A, s->Y))
REF(quantile, for (size_t i = 0; i < s->n; i++) s->Y[i] = aevb_normal_quantile(s->A[i]))
# define BINARISE(name, row, from, value, type) \
    DRAW(name, sizeof(row) + sizeof(type), (1, 2, ROWS, s->Z, from, s->index, (type *)s->M)) \
    REF(name, type *to = (type *)s->M; for (size_t i = 0; i < s->n; i++) { \
        const size_t at = s->index[i / s->Z] * s->Z + i % s->Z; \
        to[i] = (type)((value) > aevb_uniform(1, 2, at)); })
BINARISE(binarise_u8_f32, uint8_t, s->bytes, (double)s->bytes[at] / 255.0, float)
BINARISE(binarise_u8_f64, uint8_t, s->bytes, (double)s->bytes[at] / 255.0, double)
BINARISE(binarise_f64_f32, double, s->A, s->A[at], float)
BINARISE(binarise_f64_f64, double, s->A, s->A[at], double)
#else
# undef AEVB_DRAW_LIST
# define AEVB_DRAW_LIST(K)
#endif

static const struct {
    const char *name;
    aevb_bench_work fast, ref;
    int bytes;
} table[] = {
#define ROW(ret, name, ...) {#name, fast_##name, ref_##name, bytes_##name},
    AEVB_KERN_LIST(ROW)
    AEVB_DRAW_LIST(ROW)
#undef ROW
};

enum { N_KERNELS = sizeof table / sizeof *table };

const char *BITS(aevb_bench_kernel_name)(size_t i)
{
    return i < N_KERNELS ? table[i].name : NULL;
}

enum { N_REALS = 6, N_DOUBLES = 7 };

static aevb_status make_case(kernel_case *s, size_t n)
{
    real **const reals[N_REALS] = {&s->a, &s->b, &s->c, &s->y, &s->m, &s->v};
    double **const doubles[N_DOUBLES] = {&s->A, &s->B, &s->C, &s->Y, &s->M, &s->V, &s->terms};
    int complete = 1;
    s->n = n;
    s->Z = n / ROWS;
    for (size_t i = 0; i < N_REALS; i++)
        complete &= (*reals[i] = aevb_alloc(n, sizeof(real))) != NULL;
    for (size_t i = 0; i < N_DOUBLES; i++)
        complete &= (*doubles[i] = aevb_alloc(n, sizeof(double))) != NULL;
    s->bytes = aevb_alloc(n, 1);
    s->text = aevb_alloc(n, 1);
    s->index = aevb_alloc(ROWS, sizeof *s->index);
    if (!complete || s->bytes == NULL || s->text == NULL || s->index == NULL)
        return AEVB_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        s->A[i] = 0.1 + 0.8 * (double)(i * 37 % 101) / 101.0;
        s->B[i] = 0.1 + 0.8 * (double)(i * 53 % 103) / 103.0;
        s->C[i] = 0.1 + 0.8 * (double)(i * 71 % 107) / 107.0;
        s->a[i] = (real)s->A[i];
        s->b[i] = (real)s->B[i];
        s->c[i] = (real)s->C[i];
        s->terms[i] = 1.0;
        s->bytes[i] = (uint8_t)(i * 97 % 256);
        s->text[i] = (uint8_t)(i * 7 % 5);
    }
    for (uint32_t r = 0; r < ROWS; r++)
        s->index[r] = r * 3 % ROWS;
    s->step = (aevb_step_scalars){.keep = 1.0, .rate = 1e-6, .momentum = 0.9, .beta1 = 0.9, .beta2 = 0.999,
                                  .root = 1.0, .eps = 1e-8};
    return AEVB_OK;
}

static void free_case(kernel_case *s)
{
    real *const reals[N_REALS] = {s->a, s->b, s->c, s->y, s->m, s->v};
    double *const doubles[N_DOUBLES] = {s->A, s->B, s->C, s->Y, s->M, s->V, s->terms};
    for (size_t i = 0; i < N_REALS; i++)
        aevb_free(reals[i]);
    for (size_t i = 0; i < N_DOUBLES; i++)
        aevb_free(doubles[i]);
    aevb_free(s->bytes);
    aevb_free(s->text);
    aevb_free(s->index);
}

/* Kernel i at every level: time and bytes per element, and speed over that of its reference. */
static void measure_kernel(aevb_bench_session *session, size_t i, kernel_case *s)
{
    aevb_bench_result judge;
    aevb_bench_rate(&session->config, 1e-9 * (double)s->n, table[i].ref, s, &judge);
    for (int l = 0; l < session->n_levels; l++) {
        const aevb_level level = session->levels[l];
        aevb_bench_result line = aevb_bench_line("kernel", table[i].name, level, PRECISION, 1, "ns/element");
        s->k = KERNELS(level);
        s->draw = aevb_kern_draw_table(level);
        snprintf(line.shape, sizeof line.shape, "%dx%zu", ROWS, s->Z);
        aevb_bench_rate(&session->config, 1e-9 * (double)s->n, table[i].fast, s, &line);
        line.gb_per_s = line.median * table[i].bytes;
        line.ratio_to_ref = line.median / judge.median;
        aevb_bench_invert(&line);
        aevb_bench_report(session, &line);
    }
}

aevb_status BITS(aevb_bench_kernels)(aevb_bench_session *session, aevb_error *err)
{
    static const size_t sizes[] = {80 * ROWS, 784 * ROWS, 8192 * ROWS};
    aevb_status status = AEVB_OK;
    for (size_t j = 0; status == AEVB_OK && j < sizeof sizes / sizeof *sizes; j++) {
        kernel_case s = {0};
        status = make_case(&s, sizes[j]);
        for (size_t i = 0; status == AEVB_OK && i < N_KERNELS; i++)
            if (aevb_bench_wants(session, table[i].name))
                measure_kernel(session, i, &s);
        free_case(&s);
    }
    return status == AEVB_OK ? AEVB_OK : aevb_fail_memory(err);
}
