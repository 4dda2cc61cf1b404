#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The steps of run.sh, each a process, so that several run at once:
#   compile FOLDER OBJECT  one object; files under FOLDER/src take the place of those of the source tree
#   link FOLDER            FOLDER/libmutant.so of all objects of the core: those that FOLDER has, else those of $base
#   check FOLDER FILE      runs the checks with that library; FOLDER/found gets a line "CHECK WHAT" each, - for nothing
#   locate ID              the file with that mistake, in $scratch/planted/ID/src
#   plant ID               the rest: objects, library and checks, in that folder, which gets its row of the table
set -eu

compile() {
    folder=$1 object=$2
    # shellcheck disable=SC2046 # the words of a line
    set -- $(awk -v object="$object" '$1 == object { $1 = ""; print; exit }' "$scratch/units")
    source=$AEVB_SRCDIR/$1
    [ ! -f "$folder/$1" ] || source=$folder/$1
    shift
    mkdir -p "$(dirname "$folder/$object")"
    # shellcheck disable=SC2086
    $CC -I"$folder/src" -I"$scratch" $MUTANT_CPPFLAGS "$@" $MUTANT_CFLAGS -w -O1 -g0 -fPIC -MMD \
        -c "$source" -o "$folder/$object"
}

link() {
    cut -d' ' -f1 "$scratch/units" | sed -n '/^core/p' | while read -r object; do
        if [ -f "$1/$object" ]; then echo "$1/$object"; else echo "$base/$object"; fi
    done >"$1/objects"
    # shellcheck disable=SC2046,SC2086
    $CC -shared -o "$1/libmutant.so" $(cat "$1/objects") $MUTANT_LIBS
}

# limited COMMAND...: at most a minute of work, and a quarter of an hour of waiting; its output in $folder/log.
limited() {
    status=0
    (ulimit -t 60 && exec timeout 900 "$@") >"$folder/log" 2>&1 </dev/null || status=$?
}

# with COMMAND...: a check that is linked with the library of $folder.
with() {
    limited env LD_LIBRARY_PATH="$folder" "$@"
}

# abnormal: what to say of a check that failed and does not say itself of what.
abnormal() {
    case $status in
    124 | 137 | 152) echo 'runs for ever' ;;
    1) echo "run.sh: a check failed without saying where: $folder/log" >&2; exit 2 ;;
    *) echo "ends with status $status" ;;
    esac
}

# The first unit test that fails, of these programs.
check_units() {
    for unit; do
        unit=${unit##*/}
        with "$base/bin/$unit"
        [ "$status" -ne 0 ] || continue
        test=$(sed -n 's/^not ok - \([a-z_0-9]*::[a-z_0-9]*\).*/\1/p' "$folder/log" | head -n 1)
        [ -n "$test" ] || test=$(abnormal)
        echo "$unit $test"
        return
    done
    echo -
}

# Of the golden vectors; the runner itself is without the mistake.
check_vectors() {
    limited env LD_LIBRARY_PATH="$base" "$base/bin/aevb" conform --timeout 600 --vectors "$AEVB_SRCDIR/vectors" -- \
        env LD_LIBRARY_PATH="$folder" "$base/bin/aevb" port "$@"
    [ "$status" -ne 0 ] || { echo -; return; }
    summary=$(sed -n 's/^DOES NOT CONFORM: \([0-9]*\) cases: [0-9]* passed, \([0-9]*\) failed.*/\2 of \1/p' "$folder/log")
    [ -n "$summary" ] || summary=$(abnormal)
    echo "$summary"
}

# Networks whose gradients are wrong by central differences; in the reference.
check_gradients() {
    tried=0 wrong=0
    for options in '' '--likelihood=gaussian --activation=softplus --objective=elbo-mc --beta=0.5' \
        '--likelihood=gaussian-fixed --x-variance=0.3 --activation=sigmoid --beta=2' \
        '--likelihood=grey --activation=relu --hidden=7,5 --batch=2 --samples=1'; do
        # shellcheck disable=SC2086
        with "$base/bin/aevb" gradcheck $options
        tried=$((tried + 1))
        [ "$status" -eq 0 ] || wrong=$((wrong + 1))
    done
    [ "$wrong" -gt 0 ] && echo "$wrong of $tried" || echo -
}

# Kernels; another seed than the one whose results are pinned, so that only the comparison with the reference decides.
check_kernels() {
    with "$base/bin/checkkern" --seed=2
    [ "$status" -ne 0 ] || { echo -; return; }
    names=$(sed -n 's/^not ok [0-9]* - \([a-z_0-9]*\) .*/\1/p' "$folder/log" | sort -u)
    [ -n "$names" ] || names=$(abnormal)
    echo "$names" | awk '{ n++ } n == 1 { first = $0 } END { print n == 1 ? first : first " and " n - 1 " more" }'
}

# One check on the library of $folder, for a mistake in $file ("none": no mistake). "-" also for a check that the file
# has no influence on.
ask() {
    # shellcheck disable=SC2086
    case $1:$file in
    units:none) check_units $MUTANT_UNITS $MUTANT_FAST_UNITS ;;
    units:src/fast/*) check_units $MUTANT_FAST_UNITS ;;
    units:*) check_units $MUTANT_UNITS ;;
    vectors:src/fast/*) check_vectors --engine fast --precision f64 --level portable --threads 1 ;;
    vectors:*) check_vectors --engine ref ;;
    gradients:src/fast/*) echo - ;;
    gradients:*) check_gradients ;;
    kernels:src/ref/* | kernels:src/fast/* | kernels:src/rng/* | kernels:none) check_kernels ;;
    *) echo - ;;
    esac
}

# All checks; with MUTANT_FIRST=yes only until one finds it, and the golden
# vectors first in src/fast, where they are the quickest.
check() {
    folder=$1 file=$2 first=units second=vectors
    case ${MUTANT_FIRST-}:$file in yes:src/fast/*) first=vectors second=units ;; esac
    for kind in units vectors gradients kernels; do echo "$kind not asked"; done >"$folder/found"
    for kind in $first $second gradients kernels; do
        what=$(ask "$kind")
        sed "s|^$kind not asked\$|$kind $what|" "$folder/found" >"$folder/found.new"
        mv "$folder/found.new" "$folder/found"
        if [ "$what" != - ] && [ "${MUTANT_FIRST-}" = yes ]; then break; fi
    done
}

# The field of a mistake, or of the one that it is a version of.
field() {
    awk -v id="$1" -v want="$2" -v RS= -F '\n' '
        { split("", f); for (i = 1; i <= NF; i++) if (match($i, /^[a-z]+: /)) f[substr($i, 1, RLENGTH - 2)] = substr($i, RLENGTH + 1) }
        { all[f["id"], "as"] = f["as"]; all[f["id"], want] = f[want] }
        END { print all[id, want] != "" || all[id, "as"] == "" ? all[id, want] : all[all[id, "as"], want] }' "$catalogue"
}

locate() {
    id=$1 folder=$scratch/planted/$1
    file=$(field "$id" file)
    [ -f "$AEVB_SRCDIR/$file" ] || { echo "run.sh: $id: there is no file '$file'" >&2; exit 2; }
    mkdir -p "$folder/$(dirname "$file")"
    # Through the environment, where awk takes nothing for an escape.
    old=$(field "$id" old) new=$(field "$id" new) awk '
        BEGIN { old = ENVIRON["old"]; new = ENVIRON["new"] }
        (at = index($0, old)) { $0 = substr($0, 1, at - 1) new substr($0, at + length(old)); hits++ }
        { print }
        END { exit hits != 1 }' "$AEVB_SRCDIR/$file" >"$folder/$file" || {
        echo "run.sh: $id: its old text is not on exactly one line of $file" >&2
        exit 2
    }
}

plant() {
    id=$1 folder=$scratch/planted/$1
    file=$(field "$id" file)
    # Every object of the core that was made with the file.
    cut -d' ' -f1 "$scratch/units" | sed -n '/^core/p' | while read -r object; do
        grep -q "/$file\( \|\$\)" "$base/${object%.o}.d" && echo "$object" || :
    done >"$folder/changed"
    [ -s "$folder/changed" ] || { echo "run.sh: $id: nothing is made of $file" >&2; exit 2; }
    differ=
    while read -r object; do
        (compile "$folder" "$object") || { echo "run.sh: $id does not compile" >&2; exit 2; }
        cmp -s "$folder/$object" "$base/$object" || differ=yes
    done <"$folder/changed"
    [ -n "$differ" ] || { echo "run.sh: $id changes nothing" >&2; exit 2; }
    link "$folder"
    check "$folder" "$file"
    {
        printf '| `%s` | `%s` | %s | %s' "$id" "$file" "$(field "$id" what)" "$(field "$id" issue)"
        sed 's/^[a-z]* / | /' "$folder/found" | tr -d '\n'
        echo ' |'
    } >"$folder/row"
    rm -f "$folder/libmutant.so"
    echo "$id: $(tr '\n' ';' <"$folder/found")"
}

CRITERION_OUTPUTS=tap:-
export CRITERION_OUTPUTS
step=$1
shift
"$step" "$@"
