#! /bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs model_import.py.
set -- model_import.py
. "$AEVB_SRCDIR/tests/support/python_test.sh"
