#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# An installed libaevb is enough to build and run the example: headers, library and pkg-config file.
. "$AEVB_SRCDIR/tests/support/tap.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

dest=$tap_work/dest
# Copied out of the tree, so that nothing of the tree is found by accident.
cp "$AEVB_SRCDIR/examples/train_tiny.c" "$tap_work/"
check "make install DESTDIR" "${MAKE:-make}" -C "$AEVB_BUILDDIR" install DESTDIR="$dest"
pc=$(find "$dest" -name aevb.pc)
libdir=$(dirname "$(dirname "$pc")")
PKG_CONFIG_PATH=$(dirname "$pc")
PKG_CONFIG_SYSROOT_DIR=$dest
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
if flags=$(cd "$tap_work" && pkg-config --cflags --libs aevb); then
    pass "pkg-config knows aevb"
else
    fail "pkg-config knows aevb"
fi
cd "$tap_work" || exit 99
# AEVB_SAN: an instrumented library needs an instrumented program.
check "the example compiles" $AEVB_CC $AEVB_SAN train_tiny.c $flags -o train_tiny
LD_LIBRARY_PATH=$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
check "the example runs" ./train_tiny run
check "the example left a model" test -s run/model.safetensors
if [ -f "$libdir/libaevb.a" ]; then
    headers=$(pkg-config --cflags-only-I aevb)
    unset PKG_CONFIG_SYSROOT_DIR
    check "the static library needs what aevb.pc says" $AEVB_CC $AEVB_SAN train_tiny.c $headers "$libdir/libaevb.a" \
        $(pkg-config --libs $(pkg-config --print-requires-private aevb)) -lm -pthread -o static_tiny
    check "the example runs with it" ./static_tiny static-run
else
    skip "the static library" "there is none"
fi
check "the installed command reads it" "$(find "$dest" -type f -name aevb)" inspect run/model.safetensors
tap_done
