# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a Python test, $1, with the first Python that has NumPy, one with more of what tests use preferred; skipped
# when there is none. Sourced.
chosen=
for python in "${PYTHON:-python3}" /usr/bin/python3; do
    if "$python" -c 'import numpy, torch, h5py' 2>/dev/null; then
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
PYTHONDONTWRITEBYTECODE=1 exec "$chosen" "$AEVB_SRCDIR/tests/$1"
