# Fuzz targets. make check replays seeds and past crashes without a fuzzer; `make fuzz SECONDS=60` fuzzes in a build of
# its own. docs/fuzzing.md
fuzz_targets = safetensors keras_h5 keras_zip npy npz idx images archive text run_json vector_json conform_port \
	conform_answer differential round_trip alloc_failure
fuzz_common = fuzz/fuzz_common.c fuzz/fuzz.h
fuzz_loading = $(fuzz_common) fuzz/fuzz_loaders.c fuzz/fuzz_loaders.h
fuzz_bounds = tests/support/bounded_vae.c tests/support/bounded_vae.h tests/support/error_bound.c \
	tests/support/error_bound.h
fuzz_libs = libaevb_core.la $(CORE_LIBS)

fuzz_replays = fuzz/replay_safetensors \
	fuzz/replay_keras_h5 \
	fuzz/replay_keras_zip \
	fuzz/replay_npy \
	fuzz/replay_npz \
	fuzz/replay_idx \
	fuzz/replay_images \
	fuzz/replay_archive \
	fuzz/replay_text \
	fuzz/replay_run_json \
	fuzz/replay_vector_json \
	fuzz/replay_conform_port \
	fuzz/replay_conform_answer \
	fuzz/replay_differential \
	fuzz/replay_round_trip \
	fuzz/replay_alloc_failure
check_PROGRAMS += $(fuzz_replays)
TESTS += $(fuzz_replays)
fuzz_replay_safetensors_SOURCES = fuzz/replay.c fuzz/fuzz_safetensors.c $(fuzz_loading)
fuzz_replay_safetensors_LDADD = $(fuzz_libs)
fuzz_replay_keras_h5_SOURCES = fuzz/replay.c fuzz/fuzz_keras_h5.c $(fuzz_loading)
fuzz_replay_keras_h5_LDADD = $(fuzz_libs)
fuzz_replay_keras_zip_SOURCES = fuzz/replay.c fuzz/fuzz_keras_zip.c $(fuzz_loading)
fuzz_replay_keras_zip_LDADD = $(fuzz_libs)
fuzz_replay_npy_SOURCES = fuzz/replay.c fuzz/fuzz_npy.c $(fuzz_loading)
fuzz_replay_npy_LDADD = $(fuzz_libs)
fuzz_replay_npz_SOURCES = fuzz/replay.c fuzz/fuzz_npz.c $(fuzz_loading)
fuzz_replay_npz_LDADD = $(fuzz_libs)
fuzz_replay_idx_SOURCES = fuzz/replay.c fuzz/fuzz_idx.c $(fuzz_loading)
fuzz_replay_idx_LDADD = $(fuzz_libs)
fuzz_replay_images_SOURCES = fuzz/replay.c fuzz/fuzz_images.c $(fuzz_loading)
fuzz_replay_images_LDADD = $(fuzz_libs)
fuzz_replay_archive_SOURCES = fuzz/replay.c fuzz/fuzz_archive.c $(fuzz_loading)
fuzz_replay_archive_LDADD = $(fuzz_libs)
fuzz_replay_text_SOURCES = fuzz/replay.c fuzz/fuzz_text.c $(fuzz_loading)
fuzz_replay_text_LDADD = $(fuzz_libs)
fuzz_replay_run_json_SOURCES = fuzz/replay.c fuzz/fuzz_run_json.c $(fuzz_loading)
fuzz_replay_run_json_LDADD = $(fuzz_libs)
fuzz_replay_vector_json_SOURCES = fuzz/replay.c fuzz/fuzz_vector_json.c $(fuzz_loading)
fuzz_replay_vector_json_LDADD = $(fuzz_libs)
fuzz_replay_conform_port_SOURCES = fuzz/replay.c fuzz/fuzz_conform_port.c $(fuzz_common)
fuzz_replay_conform_port_LDADD = $(fuzz_libs)
fuzz_replay_conform_answer_SOURCES = fuzz/replay.c fuzz/fuzz_conform_answer.c $(fuzz_common)
fuzz_replay_conform_answer_LDADD = $(fuzz_libs)
fuzz_replay_differential_SOURCES = fuzz/replay.c fuzz/fuzz_differential.c $(fuzz_common) $(fuzz_bounds)
fuzz_replay_differential_LDADD = $(fuzz_libs)
fuzz_replay_round_trip_SOURCES = fuzz/replay.c fuzz/fuzz_round_trip.c $(fuzz_common)
fuzz_replay_round_trip_LDADD = $(fuzz_libs)
fuzz_replay_alloc_failure_SOURCES = fuzz/replay.c fuzz/fuzz_alloc_failure.c $(fuzz_loading)
fuzz_replay_alloc_failure_LDADD = $(fuzz_libs)
# make fuzzers: one program per target with the engine of a fuzzer, which comes with the compiler or from the
# environment.
LIB_FUZZING_ENGINE = -fsanitize=fuzzer
fuzzers = fuzz/fuzz_safetensors \
	fuzz/fuzz_keras_h5 \
	fuzz/fuzz_keras_zip \
	fuzz/fuzz_npy \
	fuzz/fuzz_npz \
	fuzz/fuzz_idx \
	fuzz/fuzz_images \
	fuzz/fuzz_archive \
	fuzz/fuzz_text \
	fuzz/fuzz_run_json \
	fuzz/fuzz_vector_json \
	fuzz/fuzz_conform_port \
	fuzz/fuzz_conform_answer \
	fuzz/fuzz_differential \
	fuzz/fuzz_round_trip \
	fuzz/fuzz_alloc_failure
EXTRA_PROGRAMS += $(fuzzers)
fuzz_fuzz_safetensors_SOURCES = fuzz/fuzz_safetensors.c fuzz/mutate_safetensors.c fuzz/mutate.h $(fuzz_loading)
fuzz_fuzz_safetensors_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_safetensors_LDADD = $(fuzz_libs)
fuzz_fuzz_keras_h5_SOURCES = fuzz/fuzz_keras_h5.c $(fuzz_loading)
fuzz_fuzz_keras_h5_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_keras_h5_LDADD = $(fuzz_libs)
fuzz_fuzz_keras_zip_SOURCES = fuzz/fuzz_keras_zip.c $(fuzz_loading)
fuzz_fuzz_keras_zip_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_keras_zip_LDADD = $(fuzz_libs)
fuzz_fuzz_npy_SOURCES = fuzz/fuzz_npy.c $(fuzz_loading)
fuzz_fuzz_npy_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_npy_LDADD = $(fuzz_libs)
fuzz_fuzz_npz_SOURCES = fuzz/fuzz_npz.c fuzz/mutate_npz.c fuzz/mutate.h $(fuzz_loading)
fuzz_fuzz_npz_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_npz_LDADD = $(fuzz_libs)
fuzz_fuzz_idx_SOURCES = fuzz/fuzz_idx.c $(fuzz_loading)
fuzz_fuzz_idx_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_idx_LDADD = $(fuzz_libs)
fuzz_fuzz_images_SOURCES = fuzz/fuzz_images.c $(fuzz_loading)
fuzz_fuzz_images_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_images_LDADD = $(fuzz_libs)
fuzz_fuzz_archive_SOURCES = fuzz/fuzz_archive.c $(fuzz_loading)
fuzz_fuzz_archive_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_archive_LDADD = $(fuzz_libs)
fuzz_fuzz_text_SOURCES = fuzz/fuzz_text.c $(fuzz_loading)
fuzz_fuzz_text_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_text_LDADD = $(fuzz_libs)
fuzz_fuzz_run_json_SOURCES = fuzz/fuzz_run_json.c $(fuzz_loading)
fuzz_fuzz_run_json_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_run_json_LDADD = $(fuzz_libs)
fuzz_fuzz_vector_json_SOURCES = fuzz/fuzz_vector_json.c $(fuzz_loading)
fuzz_fuzz_vector_json_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_vector_json_LDADD = $(fuzz_libs)
fuzz_fuzz_conform_port_SOURCES = fuzz/fuzz_conform_port.c $(fuzz_common)
fuzz_fuzz_conform_port_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_conform_port_LDADD = $(fuzz_libs)
fuzz_fuzz_conform_answer_SOURCES = fuzz/fuzz_conform_answer.c $(fuzz_common)
fuzz_fuzz_conform_answer_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_conform_answer_LDADD = $(fuzz_libs)
fuzz_fuzz_differential_SOURCES = fuzz/fuzz_differential.c $(fuzz_common) $(fuzz_bounds)
fuzz_fuzz_differential_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_differential_LDADD = $(fuzz_libs)
fuzz_fuzz_round_trip_SOURCES = fuzz/fuzz_round_trip.c fuzz/mutate_safetensors.c fuzz/mutate.h $(fuzz_common)
fuzz_fuzz_round_trip_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_round_trip_LDADD = $(fuzz_libs)
fuzz_fuzz_alloc_failure_SOURCES = fuzz/fuzz_alloc_failure.c $(fuzz_loading)
fuzz_fuzz_alloc_failure_LDFLAGS = $(AM_LDFLAGS) $(LIB_FUZZING_ENGINE)
fuzz_fuzz_alloc_failure_LDADD = $(fuzz_libs)
fuzzers: $(fuzzers)

# A build of its own with clang, so that the normal one stays as it is.
FUZZ_CC = clang
FUZZ_TARGETS = $(fuzz_targets)
SECONDS = 60
fuzz:
	$(SHELL) $(srcdir)/fuzz/run.sh '$(abs_top_srcdir)' '$(FUZZ_CC)' '$(SECONDS)' $(FUZZ_TARGETS)
.PHONY: fuzz fuzzers
EXTRA_DIST += fuzz/run.sh fuzz/oss_fuzz_build.sh fuzz/make_seeds.py fuzz/dict fuzz/corpus fuzz/crashes
