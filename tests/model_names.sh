#! /bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs model_names.py.
set -- model_names.py
. "$AEVB_SRCDIR/tests/support/python_test.sh"
