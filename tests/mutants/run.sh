#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Plants the mistakes of catalogue.txt, one at a time, and shows which checks find each. `make mutants` calls it in the
# build folder with what it needs in the environment (tests/mutants.mk):
#   run.sh SCRATCH TABLE [ID ...]
# SCRATCH is a folder for its objects, TABLE the Markdown file to write; with no ID all are planted. Fails when a mistake
# survives or cannot be planted, when a check fails without any mistake, and when nothing was planted. MUTANT_JOBS is how
# many are tried at once (all processors), MUTANT_CATALOGUE another catalogue; MUTANT_FIRST=yes: no more checks after the
# one that finds it.
#
# Everything is compiled once, without optimisation that costs time and for the portable level alone, into one shared
# library that the checks are linked with. A mistake costs the translation units that contain the file and that library:
# the checks stay as they are. The source tree is only read.
set -eu
scratch=$1 table=$2
shift 2
here=$AEVB_SRCDIR/tests/mutants
catalogue=${MUTANT_CATALOGUE:-$here/catalogue.txt}
base=$scratch/base
jobs=${MUTANT_JOBS:-$(getconf _NPROCESSORS_ONLN)}
export scratch table base jobs catalogue

rm -rf "$scratch"
mkdir -p "$base/bin" "$scratch/planted"
# The portable level runs everywhere, and every level is made of the same bodies.
{
    echo '#include_next <config.h>'
    echo '#define AEVB_VECTORS_DIR ""'
    for level in AVX2 AVX512 NEON; do echo "#undef AEVB_HAVE_$level"; done
} >"$scratch/config.h"

if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046 # one word each
    set -- $(sed -n 's/^id: //p' "$catalogue")
fi
for id; do sh "$here/plant.sh" locate "$id"; done

# Translation units: object, source, flags.
{
    for source in $MUTANT_CORE; do echo "$source"; done | sed -n 's|^\(.*\)\.c$|core/\1.o \1.c|p' | sort -u
    for bits in 32 64; do
        echo "core/kern_$bits.o src/fast/kern.c $MUTANT_LEVEL_FLAGS -DAEVB_BITS=$bits"
    done
    echo "core/draw.o src/fast/draw.c $MUTANT_LEVEL_FLAGS -DAEVB_BITS=64"
    for group in aevb:"$MUTANT_AEVB" support:"$MUTANT_SUPPORT" checkkern:"$MUTANT_CHECKKERN"; do
        for source in ${group#*:}; do echo "$source"; done | sed -n "s|^\(.*\)\.c\$|${group%%:*}/\1.o \1.c|p"
    done
    for unit in $MUTANT_UNITS $MUTANT_FAST_UNITS; do echo "unit/$unit.o $unit.c"; done | sort -u
} >"$scratch/units"
echo "building $(wc -l <"$scratch/units") objects"
cut -d' ' -f1 "$scratch/units" | nice -n 5 xargs -n 1 -P "$jobs" sh "$here/plant.sh" compile "$base"

sh "$here/plant.sh" link "$base"
objects() { find "$base/$1" -name '*.o'; }
# shellcheck disable=SC2046,SC2086 # lists of words, without blanks in them
{
    $CC -o "$base/bin/aevb" $(objects aevb) -L"$base" -lmutant $MUTANT_LIBS
    $CC -o "$base/bin/checkkern" $(objects checkkern) -L"$base" -lmutant $MUTANT_LIBS
    for unit in $MUTANT_UNITS $MUTANT_FAST_UNITS; do
        $CC -o "$base/bin/${unit##*/}" "$base/unit/$unit.o" $(objects support) -L"$base" -lmutant $MUTANT_LIBS $MUTANT_UNIT_LIBS
    done
}

# Without a mistake nothing may fail.
sh "$here/plant.sh" check "$base" none
if grep -v ' -$' "$base/found" >&2; then
    echo "run.sh: a check fails without any mistake" >&2
    exit 1
fi
echo "every check passes without a mistake"

printf '%s\n' "$@" | nice -n 5 xargs -n 1 -P "$jobs" sh "$here/plant.sh" plant || {
    echo "run.sh: not every mistake could be planted" >&2
    exit 1
}

rows=$scratch/rows
for id in "$@"; do cat "$scratch/planted/$id/row"; done >"$rows"
tried=$(wc -l <"$rows")
survived=$(grep -c '| - | - | - | - |$' "$rows" || :)
{
    cat "$here/table_head.md"
    cat "$rows"
} >"$table.part"
mv "$table.part" "$table"
grep '| - | - | - | - |$' "$rows" | sed 's/^/SURVIVED: /' >&2 || :
echo "$tried mistakes planted, $survived survived"
[ "$tried" -gt 0 ] && [ "$survived" -eq 0 ]
