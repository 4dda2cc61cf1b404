#! /bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs format_numpy.py with the first Python that has NumPy, one with PyTorch preferred; skipped when there is none.
chosen=
for python in "${PYTHON:-python3}" /usr/bin/python3; do
    if "$python" -c 'import numpy, torch' 2>/dev/null; then
        chosen=$python
        break
    elif test -z "$chosen" && "$python" -c 'import numpy' 2>/dev/null; then
        chosen=$python
    fi
done
if test -z "$chosen"; then
    echo '1..0 # SKIP no python3 with NumPy'
    exit 0
fi
exec "$chosen" "$AEVB_SRCDIR/tests/format_numpy.py" "$AEVB_BUILDDIR/tests/format_tool"
