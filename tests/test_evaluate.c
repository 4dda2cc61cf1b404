/* SPDX-License-Identifier: GPL-3.0-or-later
 * Evaluation against plain computations of the same numbers, and its independence of how the work is cut. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "aevb/infer.h"
#include "aevb/rng.h"
#include "toy_run.h"
#include "leaks.h"

TestSuite(evaluate, .fini = no_leaks);
TestSuite(encode_all, .fini = no_leaks);

enum { Z = 2, SEED = 5, PASS = 3, N = TOY_TEST_N };

static aevb_engine *make_engine(size_t batch, size_t samples)
{
    const aevb_train_config config = toy_config();
    const aevb_engine_config ec = {AEVB_ENGINE_REF, AEVB_F64, -1, 1, batch, samples};
    aevb_engine *engine;
    aevb_model *model;
    aevb_error err = {0};
    cr_assert_eq(aevb_engine_create(&ec, &config.arch, &engine, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_model_create(&config.arch, &model, &err), AEVB_OK);
    cr_assert_eq(aevb_model_init(model, AEVB_INIT_NORMAL, 0.5, 9), AEVB_OK);
    aevb_engine_set_params(engine, model->params);
    aevb_model_free(model);
    return engine;
}

static const aevb_dataset *rows(void)
{
    return toy_data().test;
}

/* The outcome with room for the arrays. */
typedef struct outcome {
    aevb_evaluation e;
    double kl_per_dim[Z], mu_variance[Z];
} outcome;

static void evaluate(aevb_engine *engine, uint64_t pass, size_t K, outcome *out)
{
    aevb_error err = {0};
    memset(out, 0, sizeof *out);
    out->e.kl_per_dim = out->kl_per_dim;
    out->e.mu_variance = out->mu_variance;
    cr_assert_eq(aevb_evaluate(engine, rows(), AEVB_BINARISE_DYNAMIC, SEED, pass, K, &out->e, &err), AEVB_OK, "%s",
                 err.message);
    cr_assert(out->e.n == N && out->e.samples == K);
}

/* The binarised rows as the clause [DATA.3] says. */
static void binarised(double x[N * TOY_X])
{
    const uint64_t stream = aevb_stream(AEVB_STREAM_EVAL_BINARISE, PASS);
    for (size_t i = 0; i < N * TOY_X; i++)
        x[i] = rows()->u8[i] / 255.0 > aevb_uniform(SEED, stream, i);
}

/* Noise with which each datum is evaluated K times: index (n K + k) Z + j [RNG.6], or all 0. */
static void noise(size_t K, double *eps)
{
    aevb_normal_fill(SEED, aevb_stream(AEVB_STREAM_EVAL, PASS), 0, N * K * Z, eps);
}

static double mean(const double *v)
{
    double sum = 0.0;
    for (size_t n = 0; n < N; n++)
        sum += v[n];
    return sum / N;
}

static double standard_error(const double *v)
{
    double centre = mean(v), squares = 0.0;
    for (size_t n = 0; n < N; n++)
        squares += (v[n] - centre) * (v[n] - centre);
    return sqrt(squares / (N - 1) / N);
}

/* -log p(x|z) of each datum from encoder and decoder alone, z = mu + s eps, in probabilities instead of logits. */
static void recon_by_hand(aevb_engine *engine, const double *x, const double *eps, double recon[N], double *smallest)
{
    static double mu[N * Z], logvar[N * Z], z[N * Z], p[N * TOY_X];
    aevb_error err = {0};
    cr_assert_eq(aevb_engine_set_x(engine, N, x, &err), AEVB_OK, "%s", err.message);
    aevb_engine_encode(engine, mu, logvar);
    for (size_t i = 0; i < N * Z; i++)
        z[i] = mu[i] + exp(logvar[i] / 2.0) * eps[i];
    cr_assert_eq(aevb_engine_decode(engine, N, z, p, NULL), AEVB_OK);
    *smallest = 1.0;
    for (size_t n = 0; n < N; n++) {
        recon[n] = 0.0;
        for (size_t i = n * TOY_X; i < (n + 1) * TOY_X; i++) {
            recon[n] -= x[i] == 1.0 ? log(p[i]) : log1p(-p[i]);
            *smallest = fmin(*smallest, fmin(p[i], 1.0 - p[i]));
        }
    }
}

/* Terms of all data at once with noise that is set and not drawn. */
static aevb_terms terms_by_hand(aevb_engine *engine, const double *x, size_t K, const double *eps)
{
    aevb_error err = {0};
    aevb_terms terms;
    cr_assert_eq(aevb_engine_set_x(engine, N, x, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_engine_set_eps(engine, K, eps), AEVB_OK);
    aevb_engine_forward(engine, &terms);
    cr_assert(terms.B == N && terms.K == K);
    return terms;
}

/* [EVAL.2] The reconstruction is at z ~ q and not at z = mu. Rounding: 9 logarithms of probabilities p with relative
 * error 4 u / min(p, 1 - p) each (sigmoid, complement, log), and as much through the logits in the other form. */
Test(evaluate, recon_is_of_a_draw_from_q_and_not_of_its_mean)
{
    aevb_engine *engine = make_engine(N, 1);
    double x[N * TOY_X], eps[N * Z], recon[N], smallest;
    outcome out;
    evaluate(engine, PASS, 0, &out);
    binarised(x);
    noise(1, eps);
    recon_by_hand(engine, x, eps, recon, &smallest);
    const double tolerance = TOY_X * 8.0 * 0x1p-53 / smallest;
    cr_assert_lt(tolerance, 1e-9);
    cr_expect_leq(fabs(out.e.recon - mean(recon)), tolerance);
    cr_expect_leq(fabs(out.e.recon_se - standard_error(recon)), tolerance);
    memset(eps, 0, sizeof eps);
    recon_by_hand(engine, x, eps, recon, &smallest);
    cr_expect_gt(fabs(out.e.recon - mean(recon)), 1e6 * tolerance, "z = mu gives the same");
    aevb_engine_free(engine);
}

/* The same numbers from two passes over stored values. Sums of 21 numbers of one sign: 2 * 21 u relative; the
 * standard error has a square root of such a sum about a mean, and the deviations here are no smaller than 1/20 of
 * the values, so 20 times that. */
Test(evaluate, means_errors_and_units_agree_with_two_passes) /* [EVAL.1] [EVAL.2] [KL.1] */
{
    aevb_engine *engine = make_engine(N, 1);
    double x[N * TOY_X], eps[N * Z], kl[N], elbo[N], mu[N * Z], logvar[N * Z];
    const double tolerance = 42.0 * 0x1p-53;
    outcome out;
    evaluate(engine, PASS, 0, &out);
    binarised(x);
    noise(1, eps);
    aevb_terms terms = terms_by_hand(engine, x, 1, eps);
    size_t active = 0;
    for (size_t n = 0; n < N; n++) {
        kl[n] = terms.kl[n * Z] + terms.kl[n * Z + 1];
        elbo[n] = terms.logpx[n] - kl[n];
    }
    aevb_engine_encode(engine, mu, logvar);
    for (size_t j = 0; j < Z; j++) {
        double kl_sum = 0.0, column[N], variance;
        for (size_t n = 0; n < N; n++) {
            kl_sum += 0.5 * (mu[n * Z + j] * mu[n * Z + j] + expm1(logvar[n * Z + j]) - logvar[n * Z + j]);
            column[n] = mu[n * Z + j];
        }
        variance = standard_error(column) * standard_error(column) * (N - 1);
        active += variance > 0.01;
        cr_expect_leq(fabs(out.kl_per_dim[j] - kl_sum / N), 4.0 * tolerance * (kl_sum / N));
        cr_expect_leq(fabs(out.mu_variance[j] - variance), 20.0 * tolerance * variance);
    }
    cr_expect(active > 0 && out.e.active_units == active);
    cr_expect_leq(fabs(out.e.kl - mean(kl)), tolerance * mean(kl));
    cr_expect_leq(fabs(out.e.kl_se - standard_error(kl)), 20.0 * tolerance * standard_error(kl));
    cr_expect_leq(fabs(out.e.elbo - mean(elbo)), tolerance * fabs(mean(elbo)));
    cr_expect_leq(fabs(out.e.elbo_se - standard_error(elbo)), 20.0 * tolerance * standard_error(elbo));
    cr_expect_eq(out.e.elbo, -(out.e.recon + out.e.kl));
    cr_expect(isnan(out.e.iwae) && isnan(out.e.iwae_se));
    aevb_engine_free(engine);
}

/* [IWAE.1] against all K at once by the objective's own log-sum-exp: the maximum is exact in both, and the K summands
 * below 1 carry (K + 2) u each, the streamed ones a factor of exp per new maximum. */
Test(evaluate, iwae_is_the_log_of_the_mean_weight_of_the_same_noise)
{
    enum { K = 40 };
    static double x[N * TOY_X], eps[N * K * Z], bound[N];
    aevb_engine *engine = make_engine(N, K);
    outcome out;
    evaluate(engine, PASS, K, &out);
    binarised(x);
    noise(K, eps);
    aevb_terms terms = terms_by_hand(engine, x, K, eps);
    aevb_iwae_bound(&terms, bound);
    const double tolerance = (4.0 * K + 42.0) * 0x1p-53 * fabs(mean(bound));
    cr_expect_leq(fabs(out.e.iwae - mean(bound)), tolerance);
    cr_expect_leq(fabs(out.e.iwae_se - standard_error(bound)), 20.0 * tolerance);
    cr_expect_gt(out.e.iwae, out.e.elbo);
    aevb_engine_free(engine);
}

Test(evaluate, iwae_of_one_sample_is_the_monte_carlo_bound_of_that_sample) /* [IWAE.1] [SGVB.1] */
{
    aevb_engine *engine = make_engine(N, 1);
    double x[N * TOY_X], eps[N * Z], loss;
    outcome out;
    evaluate(engine, PASS, 1, &out);
    binarised(x);
    noise(1, eps);
    aevb_terms terms = terms_by_hand(engine, x, 1, eps);
    const aevb_objective mc = {AEVB_ELBO_MC, 1.0};
    cr_assert_eq(aevb_objective_eval(&mc, &terms, &loss, NULL), AEVB_OK);
    cr_expect_leq(fabs(out.e.iwae + loss), 50.0 * 0x1p-53 * fabs(loss));
    aevb_engine_free(engine);
}

/* Sums run over the data in order and over the samples in order, so not a bit depends on batches or chunks. */
Test(evaluate, nothing_depends_on_the_size_of_batches_and_chunks)
{
    enum { K = 12 };
    static const size_t sizes[][2] = {{1, 1}, {4, 5}, {20, 12}, {64, 7}, {21, 100}};
    outcome whole, out;
    aevb_engine *engine = make_engine(N, K);
    evaluate(engine, PASS, K, &whole);
    aevb_engine_free(engine);
    for (size_t i = 0; i < 5; i++) {
        engine = make_engine(sizes[i][0], sizes[i][1]);
        evaluate(engine, PASS, K, &out);
        const double a[] = {whole.e.recon, whole.e.recon_se, whole.e.kl, whole.e.kl_se, whole.e.elbo,
                            whole.e.elbo_se, whole.e.iwae, whole.e.iwae_se};
        const double b[] = {out.e.recon, out.e.recon_se, out.e.kl, out.e.kl_se, out.e.elbo, out.e.elbo_se,
                            out.e.iwae, out.e.iwae_se};
        cr_expect_eq(memcmp(a, b, sizeof a), 0, "batch %zu, samples %zu", sizes[i][0], sizes[i][1]);
        cr_expect_eq(memcmp(whole.kl_per_dim, out.kl_per_dim, sizeof out.kl_per_dim), 0);
        cr_expect_eq(memcmp(whole.mu_variance, out.mu_variance, sizeof out.mu_variance), 0);
        aevb_engine_free(engine);
    }
}

Test(evaluate, the_pass_numbers_noise_and_binarisation)
{
    aevb_engine *engine = make_engine(8, 1);
    outcome first, again, other;
    evaluate(engine, 0, 2, &first);
    evaluate(engine, 0, 2, &again);
    evaluate(engine, 1, 2, &other);
    cr_expect(first.e.recon == again.e.recon && first.e.iwae == again.e.iwae);
    cr_expect(first.e.recon != other.e.recon && first.e.kl != other.e.kl && first.e.iwae != other.e.iwae);
    aevb_engine_free(engine);
}

Test(evaluate, outputs_are_untouched_when_a_row_is_refused)
{
    aevb_engine *engine = make_engine(8, 1);
    double values[N * TOY_X] = {0}, mu[N * Z], logvar[N * Z];
    aevb_dataset bad = {.n = N, .x_dim = TOY_X, .f64 = values};
    values[N * TOY_X - 1] = 0.5; /* the last value of the last row [BERN.3] */
    outcome out, before;
    memset(&out, 0x5a, sizeof out);
    out.e.kl_per_dim = out.kl_per_dim;
    out.e.mu_variance = out.mu_variance;
    before = out;
    aevb_error err = {0};
    cr_expect_eq(aevb_evaluate(engine, &bad, AEVB_BINARISE_NONE, 1, 0, 2, &out.e, &err), AEVB_EDOMAIN);
    cr_expect_not_null(strstr(err.message, "datum 20, element 8"), "%s", err.message);
    cr_expect_eq(memcmp(&out, &before, sizeof out), 0);
    memset(mu, 0x5a, sizeof mu);
    memset(logvar, 0x5a, sizeof logvar);
    cr_expect_eq(aevb_encode_all(engine, &bad, AEVB_BINARISE_NONE, 1, mu, logvar, &err), AEVB_EDOMAIN);
    for (size_t i = 0; i < sizeof mu; i++)
        cr_assert(((unsigned char *)mu)[i] == 0x5a && ((unsigned char *)logvar)[i] == 0x5a);
    bad.x_dim = 8;
    cr_expect_eq(aevb_evaluate(engine, &bad, AEVB_BINARISE_NONE, 1, 0, 0, &out.e, &err), AEVB_ESHAPE);
    bad.n = 0;
    cr_expect_eq(aevb_evaluate(engine, &bad, AEVB_BINARISE_NONE, 1, 0, 0, &out.e, &err), AEVB_EINVAL);
    aevb_engine_free(engine);
}

Test(encode_all, is_the_encoder_of_every_row)
{
    aevb_engine *engine = make_engine(N, 1), *small = make_engine(4, 1);
    double x[N * TOY_X], mu[2][N * Z], logvar[2][N * Z];
    aevb_error err = {0};
    for (size_t i = 0; i < N * TOY_X; i++)
        x[i] = rows()->u8[i] >= 128; /* [DATA.2] */
    cr_assert_eq(aevb_engine_set_x(engine, N, x, &err), AEVB_OK);
    aevb_engine_encode(engine, mu[0], logvar[0]);
    cr_assert_eq(aevb_encode_all(small, rows(), AEVB_BINARISE_THRESHOLD, 1, mu[1], logvar[1], &err), AEVB_OK);
    cr_expect_eq(memcmp(mu[0], mu[1], sizeof mu[0]), 0);
    cr_expect_eq(memcmp(logvar[0], logvar[1], sizeof logvar[0]), 0);
    aevb_engine_free(engine);
    aevb_engine_free(small);
}
