# Sources of src/bench.
libaevb_core_la_SOURCES += src/bench/bench_run.c src/bench/bench_parts.h src/bench/bench_clock.c \
	src/bench/bench_clock.h src/bench/bench_peak.c src/bench/bench_peak.h src/bench/bench_real.h \
	src/bench/bench_kernels_f32.c src/bench/bench_kernels_f64.c src/bench/bench_steps.c \
	src/bench/bench_files.c
EXTRA_DIST += src/bench/bench_kernels.inc.c src/bench/bench_layer.inc.c src/bench/bench_panels.inc.c \
	src/bench/bench_products.inc.c
aevbinclude_HEADERS += include/aevb/bench.h

# Programs to compare with.
EXTRA_DIST += bench/peers/run_peers.py bench/peers/peer_common.py bench/peers/vae_numpy.py bench/peers/vae_torch.py
