#! /bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs model_hostile.py.
set -- model_hostile.py
. "$AEVB_SRCDIR/tests/support/python_test.sh"
