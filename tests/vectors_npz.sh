#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is installed has every vector file as .npz too, with the same numbers by NumPy, and uninstalling leaves nothing.
. "$AEVB_SRCDIR/tests/support/tap.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

dest=$tap_work/dest
check "make install DESTDIR" "${MAKE:-make}" -C "$AEVB_BUILDDIR" install DESTDIR="$dest"
folder=$(dirname "$(find "$dest" -name kl.npz)")
check "kl.npz lies beside kl.json" test -f "$folder/kl.json"
if [ -n "$AEVB_PYTHON" ]; then
    check "every file, by NumPy" "$AEVB_PYTHON" "$AEVB_SRCDIR/tests/vectors_npz.py" "$folder"
else
    skip "every file, by NumPy" "there is no python3 with NumPy"
fi
check "make uninstall DESTDIR" "${MAKE:-make}" -C "$AEVB_BUILDDIR" uninstall DESTDIR="$dest"
check "nothing is left" sh -c '[ -z "$(find "$1" ! -type d)" ]' check "$dest"
tap_done
