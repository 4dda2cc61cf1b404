/* SPDX-License-Identifier: GPL-3.0-or-later
 * The calls of the engine table that compute: each opens a team of threads and runs the model's stages in it. */

static aevb_terms terms_of(const fast_engine *e)
{
    return (aevb_terms){ .B = e->base.B, .K = e->base.K, .Z = e->base.arch.z_dim, .logpx = e->logpx,
                         .logpz = e->logpz, .logq = e->logq, .kl = e->kl };
}

static void forward_body(void *context, const aevb_team *team)
{
    terms(context, team, 0);
}

static void fast_forward(aevb_engine *engine, aevb_terms *out)
{
    aevb_team_run(((fast_engine *)engine)->workers, forward_body, engine);
    *out = terms_of((fast_engine *)engine);
}

typedef struct gradient_job {
    const fast_engine *e;
    const aevb_adjoints *adjoints;
} gradient_job;

static void gradient_body(void *context, const aevb_team *team)
{
    const gradient_job *job = context;
    gradient(job->e, team, 0, job->adjoints, NULL);
}

static void fast_gradient(aevb_engine *engine, const aevb_adjoints *adjoints, double *grad)
{
    const fast_engine *e = (const fast_engine *)engine;
    aevb_team_run(e->workers, gradient_body, &(gradient_job){ e, adjoints });
    read_block(e, e->grad, grad);
}

static aevb_status fast_set_optim(aevb_engine *engine)
{
    fast_engine *e = (fast_engine *)engine;
    const size_t n_state = aevb_optim_n_state(engine->optim.kind);
    real *made[2] = { NULL, NULL };
    for (size_t i = 0; i < n_state; i++) {
        made[i] = aevb_alloc(e->n_weights, sizeof(real));
        if (made[i] == NULL) {
            aevb_free(made[0]);
            return AEVB_ENOMEM;
        }
    }
    for (size_t i = 0; i < 2; i++) {
        aevb_free(e->state[i]);
        e->state[i] = made[i];
    }
    return AEVB_OK;
}

typedef struct squares_job {
    const aevb_team *team;
    size_t at; /* in e->squares: the layer's first row */
} squares_job;

/* The sum of the squares of each row of a layer's parameters: columns in the order of the public layout, whatever the
 * panels are, so that no level has another sum. Each thread has its share of the rows. */
static void layer_squares(const fast_engine *e, const layer *l, void *context)
{
    enum { CHUNK = 1024 };
    squares_job *job = context;
    const aevb_share rows = aevb_team_share(job->team, l->in + 1);
    for (size_t i = rows.first; i < rows.end; i++) {
        double sum = 0.0;
        for (size_t o = 0; o < l->out;) {
            real row[CHUNK];
            size_t n = 0;
            while (n < CHUNK && o < l->out) {
                const size_t in_panel = e->P - o % e->P, left = l->out - o, room = CHUNK - n;
                size_t m = in_panel < left ? in_panel : left;
                m = m < room ? m : room;
                memcpy(row + n, e->theta + weight_at(e, l, o, i), m * sizeof *row);
                n += m;
                o += m;
            }
            sum += e->kern->sum_squares(n, row);
        }
        e->squares[job->at + i] = sum;
    }
    job->at += l->in + 1;
}

typedef struct step_job {
    const fast_engine *e;
    const aevb_objective *objective;
    double prior; /* precision / N */
    aevb_step_scalars scalars;
    aevb_adjoints adjoints;
    aevb_step_result result;
    aevb_status status;
} step_job;

/* Loss, its parts and the adjoints; nothing has been changed yet. */
static void judge(step_job *job)
{
    const fast_engine *e = job->e;
    const aevb_terms found = terms_of(e);
    job->status = aevb_objective_eval(job->objective, &found, &job->result.loss, &job->adjoints);
    if (job->status != AEVB_OK) {
        return;
    }
    if (job->prior > 0.0) { /* [MAP.1] */
        double squares = 0.0;
        for (size_t i = 0; i < e->n_rows; i++) {
            squares += e->squares[i];
        }
        job->result.loss += 0.5 * job->prior * squares;
    }
    job->result.parts = aevb_objective_parts(&found);
    if (!isfinite(job->result.loss)) {
        job->status = AEVB_ENONFINITE;
    }
}

static void step_body(void *context, const aevb_team *team)
{
    step_job *job = context;
    if (job->prior > 0.0) { /* judged after the barriers of terms() */
        for_layers(job->e, layer_squares, &(squares_job){ team, 0 });
    }
    terms(job->e, team, 1);
    if (team->id == 0) {
        judge(job);
    }
    aevb_team_barrier(team);
    if (job->status == AEVB_OK) {
        gradient(job->e, team, 1, &job->adjoints, &job->scalars);
    }
}

static aevb_status fast_step(aevb_engine *engine, const aevb_objective *objective, double prior_precision,
                             size_t n_data, aevb_step_result *result)
{
    const fast_engine *e = (const fast_engine *)engine;
    step_job job = { .e = e, .objective = objective, .prior = prior_precision / (double)n_data,
                     .adjoints = e->adjoints };
    job.scalars = aevb_step_scalars_make(&engine->optim, engine->t + 1, job.prior);
    aevb_team_run(e->workers, step_body, &job);
    if (job.status == AEVB_OK) {
        *result = job.result;
    }
    return job.status;
}

static void encode_body(void *context, const aevb_team *team)
{
    encode(context, team);
}

static void fast_encode(aevb_engine *engine, double *mu, double *logvar)
{
    const fast_engine *e = (const fast_engine *)engine;
    const size_t n = engine->B * engine->arch.z_dim;
    aevb_team_run(e->workers, encode_body, engine);
    e->kern->to_f64(n, e->moments[0], mu);
    e->kern->to_f64(n, e->moments[1], logvar);
}

typedef struct decode_job {
    const fast_engine *e;
    size_t n;
    double *mean, *logvar;
} decode_job;

static void decode_body(void *context, const aevb_team *team)
{
    const decode_job *job = context;
    const fast_engine *e = job->e;
    const size_t X = e->base.arch.x_dim;
    const int logits = e->base.arch.likelihood == AEVB_BERNOULLI || e->base.arch.likelihood == AEVB_GREY;
    for (size_t first = 0; first < job->n; first += e->rows) {
        const size_t n = job->n - first < e->rows ? job->n - first : e->rows;
        decode(e, team, first, n);
        const aevb_share rows = aevb_team_share(team, n);
        const size_t at = rows.first * X, count = (rows.end - rows.first) * X;
        if (logits) {
            e->kern->sigmoid(count, e->a[0] + at, e->a[0] + at);
        } else if (e->base.arch.likelihood == AEVB_CATEGORICAL) {
            e->kern->softmax(count / e->base.arch.x_classes, e->base.arch.x_classes, e->a[0] + at, e->a[0] + at);
        }
        e->kern->to_f64(count, e->a[0] + at, job->mean + first * X + at);
        if (job->logvar != NULL && e->decoder.n_heads == 2) {
            e->kern->to_f64(count, e->a[1] + at, job->logvar + first * X + at);
        }
        aevb_team_barrier(team);
    }
}

static void fast_decode(aevb_engine *engine, size_t n, const double *z, double *mean, double *logvar)
{
    const fast_engine *e = (const fast_engine *)engine;
    e->kern->from_f64(n * engine->arch.z_dim, z, e->z);
    aevb_team_run(e->workers, decode_body, &(decode_job){ e, n, mean, logvar });
}
