# Sources of src/bench.
libaevb_core_la_SOURCES += src/bench/bench_run.c src/bench/bench_parts.h src/bench/bench_clock.c \
	src/bench/bench_clock.h src/bench/bench_peak.c src/bench/bench_peak.h src/bench/bench_real.h \
	src/bench/bench_kernels_f32.c src/bench/bench_kernels_f64.c src/bench/bench_steps.c
EXTRA_DIST += src/bench/bench_kernels.inc.c src/bench/bench_products.inc.c
aevbinclude_HEADERS += include/aevb/bench.h
