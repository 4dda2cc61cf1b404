# checkkern: every kernel of every level against src/ref (tests/checkkern/checkkern.c).
check_PROGRAMS += tests/checkkern/checkkern
TESTS += tests/checkkern/checkkern
tests_checkkern_checkkern_SOURCES = tests/checkkern/checkkern.c tests/checkkern/checkkern.h tests/checkkern/kern_hashes.h \
	tests/checkkern/kern_values.c tests/checkkern/kern_buffers.c tests/checkkern/kern_compare.c \
	tests/checkkern/check_elementary.c tests/checkkern/check_reduce.c tests/checkkern/check_latent.c \
	tests/checkkern/check_likelihood.c tests/checkkern/check_optim.c tests/checkkern/check_batch.c \
	tests/checkkern/check_draw.c tests/checkkern/check_gemm.c
tests_checkkern_checkkern_LDADD = libaevb_core.la $(LIBM)
