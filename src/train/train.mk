# Sources of src/train.
libaevb_core_la_SOURCES += src/train/optim.c src/train/train_config.c src/train/train_config.h \
	src/train/run.c src/train/run.h src/train/train_loop.c src/train/test_loss.c src/train/checkpoint.c \
	src/train/checkpoint.h src/train/json_fields.c src/train/json_fields.h src/train/run_json.c \
	src/train/run_json.h src/train/metrics.c src/train/metrics.h
