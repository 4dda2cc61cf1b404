# Sources of src/format.
libaevb_core_la_SOURCES += src/format/file_in.c src/format/file_in.h src/format/atomic_file.c \
	src/format/atomic_file.h src/format/le_bytes.c src/format/le_bytes.h src/format/array_out.c \
	src/format/array_out.h src/format/json_strict.c src/format/json_strict.h src/format/safetensors_file.h \
	src/format/safetensors_header.c src/format/safetensors_read.c src/format/safetensors_write.c \
	src/format/arch_json.c src/format/model_file.c src/format/npy_write.c src/format/npy_read.c src/format/npy_read.h src/format/npy_header.c \
	src/format/archive_in.c src/format/archive_in.h src/format/inflate_limit.c src/format/inflate_limit.h

# Our files against NumPy and PyTorch, where they are.
check_PROGRAMS += tests/format_tool
tests_format_tool_SOURCES = tests/format_tool.c
tests_format_tool_LDADD = libaevb_core.la
dist_check_SCRIPTS += tests/format_numpy.sh
EXTRA_DIST += tests/format_numpy.py
TESTS += tests/format_numpy.sh
