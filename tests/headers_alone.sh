#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every public header compiles alone, as C11 and as C++.
. "$AEVB_SRCDIR/tests/support/tap.sh"

for header in "$AEVB_SRCDIR"/include/aevb/*.h; do
    name=aevb/$(basename "$header")
    printf '#include <%s>\n#include <%s>\n' "$name" "$name" >"$tap_work/alone.c"
    cp "$tap_work/alone.c" "$tap_work/alone.cc"
    check "$name as C11" $AEVB_CC -std=c11 -Wall -Wextra -Wpedantic -Wstrict-prototypes -Werror \
        -I"$AEVB_SRCDIR/include" -c -o "$tap_work/alone.o" "$tap_work/alone.c"
    if command -v c++ >/dev/null 2>&1; then
        check "$name as C++" c++ -Wall -Wextra -Wpedantic -Werror -I"$AEVB_SRCDIR/include" -c -o "$tap_work/alone.o" \
            "$tap_work/alone.cc"
    else
        skip "$name as C++" "there is no c++"
    fi
done
tap_done
