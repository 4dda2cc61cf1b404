# Sources of src/report.
libaevb_core_la_SOURCES += src/report/png_grid.c
