# The command: a user of the public library like any other.
bin_PROGRAMS += aevb
aevb_SOURCES = src/cli/main.c src/cli/cli.c src/cli/cli.h src/cli/cli_options.c src/cli/cli_options.h \
	src/cli/cli_source.c src/cli/cli_source.h src/cli/cli_json.c src/cli/cli_json.h src/cli/cli_train.c \
	src/cli/cli_progress.c src/cli/cli_progress.h src/cli/cli_eval.c src/cli/cli_sample.c \
	src/cli/cli_reconstruct.c src/cli/cli_encode.c src/cli/cli_gradcheck.c src/cli/cli_inspect.c src/cli/cli_convert.c \
	src/cli/cli_model.c src/cli/cli_model.h src/cli/cli_data.c src/cli/cli_data.h \
	src/cli/cli_conform.c src/cli/cli_port.c src/cli/cli_vectors.c src/cli/cli_bench.c \
	src/cli/cli_bench_blas.c src/cli/cli_bench_blas.h src/cli/cli_bench_lines.c src/cli/cli_bench_lines.h \
	src/cli/cli_text.c src/cli/cli_text.h
aevb_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_VECTORS_DIR='"$(pkgdatadir)/vectors"'
aevb_LDADD = libaevb.la $(JANSSON_LIBS) $(DL_LIBS)

# Tables of speed as text, CSV and JSON; nothing else should run meanwhile.
bench: aevb$(EXEEXT)
	./aevb$(EXEEXT) bench --out aevb-bench
CLEANFILES += aevb-bench.csv aevb-bench.json
.PHONY: bench
