#! /bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every file of vectors/malformed has the verdict that its manifest says.
exec "$AEVB_BUILDDIR/tests/malformed_tool" "$AEVB_SRCDIR/vectors/malformed"
