# The command: a user of the public library like any other.
bin_PROGRAMS += aevb
aevb_SOURCES = src/cli/main.c src/cli/cli.c src/cli/cli.h src/cli/cli_options.c src/cli/cli_options.h \
	src/cli/cli_source.c src/cli/cli_source.h src/cli/cli_json.c src/cli/cli_json.h src/cli/cli_train.c \
	src/cli/cli_progress.c src/cli/cli_progress.h src/cli/cli_eval.c src/cli/cli_sample.c \
	src/cli/cli_reconstruct.c src/cli/cli_encode.c src/cli/cli_gradcheck.c src/cli/cli_inspect.c \
	src/cli/cli_conform.c src/cli/cli_data.c src/cli/cli_data.h src/cli/cli_port.c src/cli/cli_text.c src/cli/cli_text.h src/cli/cli_vectors.c
aevb_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_VECTORS_DIR='"$(pkgdatadir)/vectors"'
aevb_LDADD = libaevb.la $(JANSSON_LIBS)
