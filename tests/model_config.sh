#! /bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs model_config.py.
set -- model_config.py
. "$AEVB_SRCDIR/tests/support/python_test.sh"
