#! /bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs model_export.py.
set -- model_export.py
. "$AEVB_SRCDIR/tests/support/python_test.sh"
