#!/bin/sh
# Applies every mistake of catalogue.txt (or those named as arguments) to a copy of the tree, one at a time, builds it,
# and runs checks until one fails. Usage: run.sh SOURCE BUILD TABLE [ID ...]; BUILD is a scratch folder, TABLE is
# written as Markdown. Fails when a mistake survives, cannot be applied, or none was tried.
set -eu
src=$1 build=$2 table=$3
shift 3
wanted=" $* "
# Checks in the order in which they are likely to kill, cheapest first.
checks="test_kl test_objective test_likelihood test_network test_optim test_gradients test_rng test_engine
        test_known_truth test_estimators"

mkdir -p "$build/src" "$build/obj"
(cd "$src" && tar -cf - --exclude=./.git --exclude=./build .) | (cd "$build/src" && tar -xf -)
cd "$build/obj"
[ -f Makefile ] || "$build/src/configure" --disable-shared --quiet CFLAGS=-O1 > configure.log 2>&1
make -s -j2 libaevb_core.la tests/libsupport.a > build.log 2>&1
for check in $checks; do
    make -s "tests/$check" >> build.log 2>&1
    "tests/$check" > check.log 2>&1 || { echo "run.sh: $check fails without any mistake" >&2; exit 1; }
done

tried=0 survived=0
field() { sed -n "s/^$2: //p" "$1"; }
{
    echo '| mistake | killed by | reported in | what it is |'
    echo '| --- | --- | --- | --- |'
} > "$table.part"
awk -v RS= '!/^#/ { n++; print > sprintf("block.%03d", n) } /^#/ && NR > 1 { n++; print > sprintf("block.%03d", n) }' \
    "$src/tests/mutants/catalogue.txt"
for block in block.*; do
    id=$(field "$block" id)
    [ -n "$id" ] || continue
    case $wanted in "  "|*" $id "*) ;; *) continue ;; esac
    file=$(field "$block" file)
    awk -v old="$(field "$block" old | sed 's/\\/\\\\/g')" -v new="$(field "$block" new | sed 's/\\/\\\\/g')" '
        { at = index($0, old) }
        at { $0 = substr($0, 1, at - 1) new substr($0, at + length(old)); hits++ }
        { print }
        END { exit hits != 1 }' "$src/$file" > mutant.c || { echo "run.sh: $id does not apply once to $file" >&2; exit 1; }
    cp mutant.c "$build/src/$file"
    killer=
    if ! make -s libaevb_core.la > build.log 2>&1; then
        echo "run.sh: $id does not compile: see $build/obj/build.log" >&2
        exit 1
    fi
    for check in $checks; do
        make -s "tests/$check" >> build.log 2>&1
        if ! timeout 60 "tests/$check" > check.log 2>&1; then
            killer=$(sed -n 's/.*\[.*FAIL.*\] \([a-z_]*::[a-z_0-9]*\).*/\1/p; s/.*\(CRASH\).*/\1/p' check.log | sort -u | head -n 1)
            killer="$check ${killer:-(ended abnormally)}"
            break
        fi
    done
    cp -p "$src/$file" "$build/src/$file"
    touch "$build/src/$file"
    tried=$((tried + 1))
    [ -n "$killer" ] || { survived=$((survived + 1)); echo "SURVIVED: $id" >&2; }
    echo "| $id | ${killer:-**survived**} | $(field "$block" issue) | $(field "$block" what) |" >> "$table.part"
done
rm -f block.*
mv "$table.part" "$table"
echo "$tried mistakes tried, $survived survived"
[ "$tried" -gt 0 ] && [ "$survived" -eq 0 ]
