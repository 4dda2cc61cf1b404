# Criterion unit tests; tests/tests.mk makes them print TAP. Each program is one file; what
# several share is in the support library.
check_LIBRARIES = tests/libsupport.a
tests_libsupport_a_SOURCES = tests/support/bounded_vae.c tests/support/bounded_vae.h tests/support/deriv_check.h \
	tests/support/error_bound.c tests/support/error_bound.h \
	tests/support/hdf5_children.h \
	tests/support/idx_files.c tests/support/idx_files.h \
	tests/support/image_files.c tests/support/image_files.h \
	tests/support/leaks.h tests/support/one_hot.h tests/support/open_data.h \
	tests/support/ref_port.c tests/support/ref_port.h tests/support/ref_wholes.c \
	tests/support/sha256_hex.h \
	tests/support/small_vae.c tests/support/small_vae.h \
	tests/support/st_bytes.c tests/support/st_bytes.h \
	tests/support/stranger_files.c tests/support/stranger_files.h \
	tests/support/temp_files.c tests/support/temp_files.h \
	tests/support/toy_run.c tests/support/toy_run.h \
	tests/support/tree_files.c tests/support/tree_files.h

unit_programs = \
	tests/test_archive_in \
	tests/test_arrays \
	tests/test_atomic_file \
	tests/test_checkpoint \
	tests/test_confined \
	tests/test_conform \
	tests/test_data_open \
	tests/test_data_refusals \
	tests/test_engine \
	tests/test_engine_bits \
	tests/test_engine_noise \
	tests/test_engine_shapes \
	tests/test_engines \
	tests/test_estimators \
	tests/test_evaluate \
	tests/test_failing_memory \
	tests/test_failing_reads \
	tests/test_fp_canary \
	tests/test_gather \
	tests/test_gradcheck \
	tests/test_gradients \
	tests/test_idx \
	tests/test_image \
	tests/test_image_steps \
	tests/test_json_schema \
	tests/test_json_strict \
	tests/test_kl \
	tests/test_label_names \
	tests/test_known_truth \
	tests/test_level \
	tests/test_likelihood \
	tests/test_model_file \
	tests/test_model_killed \
	tests/test_model_refusals \
	tests/test_model_source \
	tests/test_moments \
	tests/test_network \
	tests/test_npy_read \
	tests/test_npy_write \
	tests/test_npz_write \
	tests/test_objective \
	tests/test_optim \
	tests/test_pictures \
	tests/test_resume \
	tests/test_png_grid \
	tests/test_reconstruct \
	tests/test_rng \
	tests/test_run_json \
	tests/test_safetensors \
	tests/test_safetensors_malformed \
	tests/test_sprites \
	tests/test_status \
	tests/test_team \
	tests/test_text \
	tests/test_train \
	tests/test_tree_edges \
	tests/test_vector_file \
	tests/test_vectors \
	tests/test_vectors_lint
if HAVE_HDF5
unit_programs += tests/test_hdf5_child
endif
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)
# Finds the calls of the system that it stands before.
tests_test_failing_reads_LDADD = $(LDADD) $(DL_LIBS)
