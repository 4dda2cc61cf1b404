/* SPDX-License-Identifier: GPL-3.0-or-later
 * The noise that the engines draw by themselves is that of the clause: its index is made of datum, sample and latent
 * dimension. With all weights 0, log q is a function of the noise alone. */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>

#include "aevb/engine.h"
#include "aevb/level.h"
#include "aevb/rng.h"
#include "leaks.h"

enum { B = 3, K = 2, X = 4, Z = 5, STRIDE = 7, FIRST = 3 };
#define LOG_2PI 1.8378770664093454836

TestSuite(engine_noise, .fini = no_leaks);

static void expect_noise(const aevb_engine_config *config)
{
    static const uint32_t datum[B] = {5, 0, 9};
    static const double x[B * X] = {0.0};
    const aevb_arch arch = {.x_dim = X, .z_dim = Z, .likelihood = AEVB_GREY};
    const aevb_noise noise = {.seed = 11, .stream = aevb_stream(AEVB_STREAM_NOISE, 2), .stride = STRIDE,
                              .first_k = FIRST};
    const double u = config->precision == AEVB_F32 ? 0x1p-24 : 0x1p-53;
    const double params[4 * Z * X] = {0.0};
    aevb_engine *engine;
    aevb_error err = {0};
    cr_assert_eq(aevb_engine_create(config, &arch, &engine, &err), AEVB_OK, "%s", err.message);
    cr_assert(aevb_engine_layout(engine)->n_params <= sizeof params / sizeof *params);
    aevb_engine_set_params(engine, params);
    cr_assert_eq(aevb_engine_set_x(engine, B, x, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_engine_draw_eps(engine, K, &noise, datum), AEVB_OK);
    aevb_terms terms;
    aevb_engine_forward(engine, &terms);
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++) {
            double sum = 0.0;
            for (size_t j = 0; j < Z; j++) {
                const double e = aevb_normal(noise.seed, noise.stream, (datum[b] * STRIDE + FIRST + k) * Z + j);
                sum += 0.5 * (LOG_2PI + e * e);
            }
            /* A normal of the fast engine is within 4 ulp, 8 u, so its square within 16 u; then Z + 3 roundings. */
            cr_expect(fabs(terms.logq[b * K + k] + sum) <= (20 + Z) * u * sum,
                      "kind %d, datum %zu, sample %zu: %.17g, %.17g",
                      (int)config->kind, b, k, terms.logq[b * K + k], -sum);
        }
    aevb_engine_free(engine);
}

/* [RNG.6] [REP.1] */
Test(engine_noise, belongs_to_datum_and_sample)
{
    aevb_engine_config config = {.kind = AEVB_ENGINE_REF, .precision = AEVB_F64, .threads = 1, .max_batch = B,
                                 .max_samples = K};
    expect_noise(&config);
    config.kind = AEVB_ENGINE_FAST;
    for (config.level = 0; config.level < AEVB_LEVEL_COUNT; config.level++)
        for (int p = 0; aevb_level_supported((aevb_level)config.level) && p < 2; p++) {
            config.precision = (aevb_precision)p;
            expect_noise(&config);
        }
}
