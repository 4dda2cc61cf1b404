#! /bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs malformed_others.py.
set -- malformed_others.py
. "$AEVB_SRCDIR/tests/support/python_test.sh"
