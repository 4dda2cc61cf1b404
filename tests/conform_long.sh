#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The ports of vectors/ports and our engines at every level and precision against every vector, and the ports that are
# wrong on purpose: each must fail and be named by the diagnosis.
. "$AEVB_SRCDIR/tests/support/tap.sh"
. "$AEVB_SRCDIR/tests/support/run_port.sh"
ports=$AEVB_SRCDIR/vectors/ports

# whole NAME COMMAND...: passes all that it supports.
whole() {
    whole_name=$1 whole_precision=$2
    shift 2
    conform "$whole_name, $whole_precision" 0 '^CONFORMS' --vectors "$vectors" --precision "$whole_precision" -- "$@"
    accounts_for_all
}

whole "our reference" f64 "$aevb" port --engine ref
for level in portable avx2 avx512 neon; do
    if "$aevb" port --engine fast --level $level </dev/null 2>/dev/null; then
        whole "our fast engine, $level" f64 "$aevb" port --engine fast --precision f64 --level $level
        whole "our fast engine, $level" f32 "$aevb" port --engine fast --precision f32 --level $level
    else
        skip "our fast engine, $level" "not in this build, or the CPU lacks it"
    fi
done
if [ -n "$AEVB_NODE" ]; then
    whole "JavaScript" f64 "$AEVB_NODE" "$ports/port_node.mjs"
else
    skip "JavaScript" "there is no node"
fi
if [ -z "$AEVB_PYTHON" ]; then
    skip "ports in Python" "there is no python3 with NumPy"
    tap_done
    exit 0
fi
export PYTHONDONTWRITEBYTECODE=1
whole "NumPy" f64 "$AEVB_PYTHON" "$ports/port_numpy.py"
whole "NumPy" f32 "$AEVB_PYTHON" "$ports/port_numpy.py"
if "$AEVB_PYTHON" -c 'import torch' 2>/dev/null; then
    whole "PyTorch with autograd" f64 "$AEVB_PYTHON" "$ports/port_torch.py"
    whole "PyTorch with autograd" f32 "$AEVB_PYTHON" "$ports/port_torch.py"
else
    skip "PyTorch" "$AEVB_PYTHON has no torch"
fi

wrong=0
for mistake in $("$AEVB_PYTHON" "$ports/wrong_ports.py" --list); do
    conform "wrong on purpose: $mistake" 1 '^DOES NOT CONFORM' --vectors "$vectors" \
        --report "$tap_work/wrong.json" -- "$AEVB_PYTHON" "$ports/wrong_ports.py" "$mistake"
    sed -n '/^diagnosis/,/^DOES/p' "$tap_work/out" | sed 's/^/# /'
    check "$mistake is named first" sh -c '[ "$("$1" diagnosis.mistakes.0.name <"$2")" = "$3" ]' check \
        "$AEVB_BUILDDIR/tests/json_value" "$tap_work/wrong.json" "$mistake"
    # 1 in 20 of the failures may be beyond it: where the order of operations decides between inf and a number.
    check "$mistake explains its failures" sh -c '
        failed=$("$1" diagnosis.failures <"$2"); first=$("$1" diagnosis.mistakes.0.explained <"$2")
        [ "$failed" -gt 0 ] && [ $((20 * first)) -ge $((19 * failed)) ]' check \
        "$AEVB_BUILDDIR/tests/json_value" "$tap_work/wrong.json"
    wrong=$((wrong + 1))
done
check "at least twelve wrong ports were tried" [ "$wrong" -ge 12 ]
tap_done
