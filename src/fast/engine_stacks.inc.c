/* SPDX-License-Identifier: GPL-3.0-or-later
 * Encoder and decoder layer by layer, with a barrier where a layer needs all of the one before. */

/* All layers of a stack on the first R rows of its buffers. */
static void forward_stack(const fast_engine *e, const aevb_team *team, const stack *s, size_t R)
{
    panels x = s->x;
    for (size_t i = 0; i < s->n_hidden; i++) {
        forward_layer(e, team, &s->hidden[i], R, x, 1);
        aevb_team_barrier(team);
        x = s->hidden[i].y;
    }
    for (size_t i = 0; i < s->n_heads; i++) {
        forward_layer(e, team, &s->heads[i], R, x, 0);
    }
    aevb_team_barrier(team);
}

/* From the adjoints of the heads to those of the input, and the gradient of every layer (see layer_weights). A layer's
 * weights change only after everybody has read them; then the next stage is already open to all. */
static void backward_stack(const fast_engine *e, const aevb_team *team, const stack *s, size_t R, int add,
                           const aevb_step_scalars *scalars)
{
    const unit *l = s->heads;
    size_t n = s->n_heads;
    for (size_t i = s->n_hidden; ; i--) {
        const panels x = i > 0 ? s->hidden[i - 1].y : s->x, dx = i > 0 ? s->hidden[i - 1].dy : s->dx;
        if (dx.at != NULL) {
            backward_layers(e, team, n, l, R, x, dx, i > 0);
        }
        aevb_team_barrier(team);
        for (size_t j = 0; j < n; j++) {
            layer_weights(e, team, &l[j], R, x, add, scalars);
        }
        if (i == 0) {
            break;
        }
        l = &s->hidden[i - 1];
        n = 1;
    }
    aevb_team_barrier(team);
}
