/* SPDX-License-Identifier: GPL-3.0-or-later
 * The names behind the labels of a tree of pictures. [DATA.6] */
#ifndef AEVB_LABEL_NAMES_H
#define AEVB_LABEL_NAMES_H

#include "data/picture_list.h"

/* out->label_names and out->n_labels: the directory of each label of a list that is arranged and labelled. */
aevb_status aevb_label_names_of(const aevb_picture_list *list, aevb_data *out, aevb_error *err);

void aevb_label_names_free(aevb_data *data);

#endif
