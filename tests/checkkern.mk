# checkkern: every kernel of every level against src/ref (tests/checkkern/checkkern.c). In check-long also the
# elementary functions on all float32 and many float64 arguments, and checkkern for aarch64 under an emulator.
check_PROGRAMS += tests/checkkern/checkkern tests/checkkern/elementary_f32.long tests/checkkern/elementary_f64.long
TESTS += tests/checkkern/checkkern tests/checkkern_usage.sh tests/kern_symbols.sh
LONG_TESTS += tests/checkkern/elementary_f32.long tests/checkkern/elementary_f64.long tests/neon_qemu.sh
EXTRA_DIST += tests/checkkern_usage.sh tests/kern_symbols.sh tests/neon_qemu.sh
tests_checkkern_checkkern_SOURCES = tests/checkkern/checkkern.c tests/checkkern/checkkern.h \
	tests/checkkern/kern_hashes.h tests/checkkern/kern_values.c tests/checkkern/kern_buffers.c \
	tests/checkkern/kern_compare.c tests/checkkern/ulps.c tests/checkkern/ulps.h \
	tests/checkkern/check_elementary.c tests/checkkern/check_reduce.c tests/checkkern/check_latent.c \
	tests/checkkern/check_likelihood.c tests/checkkern/check_categorical.c tests/checkkern/check_optim.c tests/checkkern/check_batch.c \
	tests/checkkern/check_draw.c tests/checkkern/check_panels.c tests/checkkern/check_gemm.c \
	tests/checkkern/kern_panels.c tests/checkkern/panels.h
tests_checkkern_checkkern_LDADD = libaevb_core.la $(CORE_LIBS)
tests_checkkern_elementary_f32_long_SOURCES = tests/checkkern/elementary_f32.c tests/checkkern/ulps.c tests/checkkern/ulps.h
tests_checkkern_elementary_f32_long_LDADD = libaevb_core.la $(CORE_LIBS)
tests_checkkern_elementary_f64_long_SOURCES = tests/checkkern/elementary_f64.c tests/checkkern/ulps.c tests/checkkern/ulps.h
tests_checkkern_elementary_f64_long_CPPFLAGS = $(AM_CPPFLAGS) $(MPFR_CFLAGS)
tests_checkkern_elementary_f64_long_LDADD = libaevb_core.la $(CORE_LIBS) $(MPFR_LIBS)
