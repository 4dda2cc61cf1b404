# Sources of src/conform.
libaevb_core_la_SOURCES += src/conform/vector_json.c src/conform/vector_json.h src/conform/vector_file.c \
	src/conform/vector_file.h src/conform/vector_score.c
