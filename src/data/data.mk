# Sources of src/data.
libaevb_core_la_SOURCES += src/data/byte_source.c src/data/byte_source.h src/data/idx.c src/data/idx.h \
	src/data/dataset.c src/data/dataset.h src/data/dataset_source.c src/data/sources.h src/data/mnist_source.c \
	src/data/npy_source.c src/data/npz_source.c src/data/sprites.c src/data/text_windows.c src/data/gather.c \
	src/data/image.h src/data/image_decode.c src/data/image_png.c src/data/image_jpeg.c src/data/image_pnm.c \
	src/data/image_steps.c src/data/picture_steps.c \
	src/data/pictures.h src/data/picture_list.c src/data/picture_list.h src/data/picture_rows.c \
	src/data/picture_directory.c src/data/picture_archive.c src/data/label_names.c src/data/label_names.h
