# Sources of src/conform.
libaevb_core_la_SOURCES += src/conform/json_schema.c src/conform/json_schema.h src/conform/vector_file.c \
	src/conform/vector_file.h src/conform/vector_json.c src/conform/vector_json.h src/conform/vector_score.c \
	src/conform/vector_reader.h src/conform/vector_tensors.c src/conform/vectors_lint.c src/conform/vectors_lint.h
