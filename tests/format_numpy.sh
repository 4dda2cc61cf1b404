#! /bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs format_numpy.py.
set -- format_numpy.py
. "$AEVB_SRCDIR/tests/support/python_test.sh"
