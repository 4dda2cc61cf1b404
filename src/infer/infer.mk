# Sources of src/infer.
libaevb_core_la_SOURCES += src/infer/moments.c src/infer/moments.h src/infer/sweep.c src/infer/sweep.h \
	src/infer/evaluate.c src/infer/encode_all.c src/infer/reconstruct.c src/infer/prior_draw.c src/infer/text_draw.c src/infer/difference.c \
	src/infer/difference.h src/infer/gradcheck.c src/infer/gradcheck.h
