# Sources of src/train.
libaevb_core_la_SOURCES += src/train/optim.c
