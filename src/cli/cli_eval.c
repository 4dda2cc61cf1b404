/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb eval`: bounds on log p(x), active units and KL per latent dimension. */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_json.h"
#include "cli/cli_source.h"

#include <stdio.h>
#include <stdlib.h>

enum { key_samples = AEVB_CLI_OWN_KEYS, key_json, samples_at_once = 16 };

typedef struct eval_options {
    aevb_cli_source_options source;
    size_t samples;
    bool json;
} eval_options;

static const struct argp_option options[] = {
    AEVB_CLI_MODEL_OPTIONS,
    AEVB_CLI_DATA_OPTIONS,
    {"samples", key_samples, "K", 0, "samples of the importance-weighted bound, 0 to leave it out (default 100)", 0},
    {"json", key_json, NULL, 0, "the result as JSON", 0},
    AEVB_CLI_IMPORT_OPTIONS,
    AEVB_CLI_ENGINE_OPTIONS,
    AEVB_CLI_PICTURE_OPTIONS,
    AEVB_CLI_LIMIT_OPTIONS,
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    eval_options *o = state->input;
    switch (key) {
    case key_samples:
        o->samples = (size_t)aevb_cli_whole(state, "--samples", arg, 0, 1000000);
        return 0;
    case key_json:
        o->json = true;
        return 0;
    default:
        return aevb_cli_source_option(key, arg, state, &o->source);
    }
}

static void print_text(const aevb_cli_source *s, const aevb_evaluation *e)
{
    printf("model  %s: ", s->model_path);
    aevb_cli_print_arch(&s->arch);
    printf("\ndata   %s, %s part, %zu rows, binarise %s\n\n", s->data.name, s->part, e->n,
           aevb_binarise_name(s->binarise));
    printf("Nats per datum, mean over the rows and its standard error; z is drawn from q(z|x), never its mean.\n\n");
    printf("  %-16s %10.4f +- %.4f   -E_q log p(x|z), one z per datum\n", "reconstruction", e->recon, e->recon_se);
    printf("  %-16s %10.4f +- %.4f   KL(q(z|x) || N(0,I)), exact\n", "KL", e->kl, e->kl_se);
    printf("  %-16s %10.4f +- %.4f   -(reconstruction + KL), below log p(x)\n", "ELBO", e->elbo, e->elbo_se);
    if (e->samples > 0)
        printf("  %-16s %10.4f +- %.4f   importance-weighted bound of %zu samples, nearer to log p(x)\n",
               "log p(x) >=", e->iwae, e->iwae_se, e->samples);
    if (s->arch.likelihood == AEVB_GREY)
        printf("\n  The grey likelihood is not normalised: its log p(x) compares with grey models only.\n");
    printf("\n  active units     %zu of %zu: latent dimensions whose mean varies over the data by more than 0.01\n\n",
           e->active_units, s->arch.z_dim);
    printf("  %9s %12s %14s\n", "dimension", "KL", "variance of mu");
    for (size_t j = 0; j < s->arch.z_dim; j++)
        printf("  %9zu %12.6f %14.6f\n", j, e->kl_per_dim[j], e->mu_variance[j]);
}

static void print_json(const aevb_cli_source *s, const aevb_evaluation *e)
{
    json_t *o = aevb_cli_json_object();
    char sha256[65];
    aevb_dataset_sha256(s->whole_part, sha256);
    aevb_cli_json_set(o, "model", aevb_cli_json_text(s->model_path));
    aevb_cli_json_set(o, "arch", aevb_cli_json_arch(&s->arch));
    aevb_cli_json_set(o, "data", json_string(s->data.name));
    aevb_cli_json_set(o, "data_sha256", json_string(sha256));
    aevb_cli_json_set(o, "split", json_string(s->part));
    aevb_cli_json_set(o, "binarise", json_string(aevb_binarise_name(s->binarise)));
    aevb_cli_json_set(o, "unit", json_string("nats per datum"));
    aevb_cli_json_set(o, "n", aevb_cli_json_whole(e->n));
    aevb_cli_json_set(o, "recon", aevb_cli_json_real(e->recon));
    aevb_cli_json_set(o, "recon_se", aevb_cli_json_real(e->recon_se));
    aevb_cli_json_set(o, "kl", aevb_cli_json_real(e->kl));
    aevb_cli_json_set(o, "kl_se", aevb_cli_json_real(e->kl_se));
    aevb_cli_json_set(o, "elbo", aevb_cli_json_real(e->elbo));
    aevb_cli_json_set(o, "elbo_se", aevb_cli_json_real(e->elbo_se));
    aevb_cli_json_set(o, "samples", aevb_cli_json_whole(e->samples));
    aevb_cli_json_set(o, "iwae", aevb_cli_json_real(e->iwae));
    aevb_cli_json_set(o, "iwae_se", aevb_cli_json_real(e->iwae_se));
    aevb_cli_json_set(o, "active_units", aevb_cli_json_whole(e->active_units));
    aevb_cli_json_set(o, "kl_per_dim", aevb_cli_json_reals(s->arch.z_dim, e->kl_per_dim));
    aevb_cli_json_set(o, "mu_variance", aevb_cli_json_reals(s->arch.z_dim, e->mu_variance));
    aevb_cli_json_print(o, 0);
}

static int evaluate(const eval_options *o, aevb_cli_source *s)
{
    aevb_evaluation e = {.kl_per_dim = aevb_cli_alloc(s->arch.z_dim, sizeof(double)),
                         .mu_variance = aevb_cli_alloc(s->arch.z_dim, sizeof(double))};
    aevb_error err = {.status = AEVB_OK};
    aevb_status status = aevb_evaluate(s->engine, &s->rows, s->binarise, o->source.seed, 0, o->samples, &e, &err);
    int result = AEVB_EXIT_OK;
    if (status != AEVB_OK)
        result = aevb_cli_fail_domain(status, &err, s->arch.likelihood, s->binarise);
    else if (o->json)
        print_json(s, &e);
    else
        print_text(s, &e);
    free(e.kl_per_dim);
    free(e.mu_variance);
    return result;
}

int aevb_cli_eval(int argc, char **argv)
{
    static const struct argp argp = {options, parse, NULL, "Evaluates a model on data.", NULL, NULL, NULL};
    static aevb_cli_source source;
    eval_options o = {.source = aevb_cli_source_default(), .samples = 100};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    o.source.engine.max_samples = o.samples > samples_at_once ? samples_at_once : o.samples > 0 ? o.samples : 1;
    int result = aevb_cli_source_open_model(&o.source, AEVB_HAS_BOTH, &source);
    if (result == AEVB_EXIT_OK)
        result = aevb_cli_source_open_data(&o.source, &source);
    if (result == AEVB_EXIT_OK)
        result = evaluate(&o, &source);
    aevb_cli_source_close(&source);
    return result;
}
