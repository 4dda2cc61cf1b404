# Sources of src/rng.
libaevb_core_la_SOURCES += src/rng/philox.c src/rng/quantile.c src/rng/permutation.c
