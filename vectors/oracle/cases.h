/* SPDX-License-Identifier: GPL-3.0-or-later
 * The vector files, one function each; each writes NAME.json into the folder. */
#ifndef ORACLE_CASES_H
#define ORACLE_CASES_H

void cases_affine(const char *folder);
void cases_activation(const char *folder);
void cases_posterior(const char *folder);
void cases_density(const char *folder);
void cases_bernoulli(const char *folder);
void cases_gaussian(const char *folder);
void cases_categorical(const char *folder);
void cases_objective(const char *folder);
void cases_rng(const char *folder);
void cases_optim(const char *folder);
void cases_model(const char *folder);
void cases_trajectory(const char *folder);
void cases_large(const char *folder);

#endif
