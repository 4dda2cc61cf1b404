# Sources of src/format.
libaevb_core_la_SOURCES += src/format/file_in.c src/format/file_in.h src/format/atomic_file.c \
	src/format/atomic_file.h src/format/le_bytes.c src/format/le_bytes.h src/format/array_out.c \
	src/format/array_out.h src/format/json_strict.c src/format/json_strict.h src/format/safetensors_file.h \
	src/format/safetensors_header.c src/format/safetensors_read.c src/format/safetensors_write.c \
	src/format/arch_json.c src/format/model_file.c src/format/npy_write.c \
	src/format/npy_read.c src/format/npy_read.h src/format/npy_parse.c src/format/npy_header.c \
	src/format/npy_header.h \
	src/format/npz_write.c src/format/npz_write.h \
	src/format/archive_in.c src/format/archive_in.h src/format/inflate_limit.c src/format/inflate_limit.h \
	src/format/confined.c src/format/confined.h src/format/hdf5_child.c src/format/hdf5_child.h \
	src/format/hdf5_in.c src/format/hdf5_in.h src/format/hdf5_check.h src/format/npz_in.c src/format/npz_in.h \
	src/format/zip_check.c src/format/zip_check.h src/format/zip_model.c src/format/pickle_refusal.c \
	src/format/model_source.c src/format/model_source.h src/format/keras_config.c \
	src/format/keras_config.h src/format/keras_graph.c src/format/keras_graph.h src/format/keras_describe.c src/format/layer_names.c src/format/layer_names.h \
	src/format/import_layers.c src/format/import_layers.h src/format/import_roles.c src/format/import_map.c \
	src/format/model_import.c src/format/model_npz.c \
	src/format/onnx_write.c src/format/proto_out.c src/format/proto_out.h
if HAVE_HDF5
libaevb_core_la_SOURCES += src/format/hdf5_check.c src/format/hdf5_image.c
endif

# Our files against NumPy and PyTorch, where they are.
check_PROGRAMS += tests/format_tool
tests_format_tool_SOURCES = tests/format_tool.c
tests_format_tool_LDADD = libaevb_core.la
dist_check_SCRIPTS += tests/format_numpy.sh
EXTRA_DIST += tests/format_numpy.py
TESTS += tests/format_numpy.sh

# Files of others, and ours for others.
model_tests = tests/model_import.sh tests/model_names.sh tests/model_config.sh tests/model_export.sh \
	tests/model_hostile.sh
dist_check_SCRIPTS += $(model_tests)
EXTRA_DIST += tests/model_import.py tests/model_names.py tests/model_config.py tests/model_export.py \
	tests/model_hostile.py tests/support/model_files.py \
	tests/support/python_test.sh
TESTS += $(model_tests)
