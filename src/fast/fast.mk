# Sources of src/fast: dispatch and detection in the core without any flags of an instruction set; the kernels in one
# convenience library per (level, precision), each with its own flags, which exports nothing but its table.
libaevb_core_la_SOURCES += src/fast/level.c src/fast/dispatch.c src/fast/kern.h src/fast/kern_list.h \
	src/fast/gemm_list.h
aevbinclude_HEADERS += include/aevb/level.h

kern_sources = src/fast/kern.c src/fast/kern.h src/fast/kern_list.h src/fast/gemm_list.h src/fast/vec.h \
	src/fast/vec_avx2.h src/fast/vec_avx512.h src/fast/vec_neon.h src/fast/vec_portable.h src/fast/vec_plain.h \
	src/fast/coefficients.h
kern_bodies = src/fast/elementary.inc.c src/fast/elementwise.inc.c \
	src/fast/activation.inc.c src/fast/reduce.inc.c src/fast/latent.inc.c src/fast/likelihood.inc.c \
	src/fast/categorical.inc.c src/fast/optim.inc.c src/fast/batch.inc.c src/fast/gemm.inc.c \
	src/fast/gemm_adam.inc.c
draw_sources = src/fast/draw.c
draw_bodies = src/fast/noise.inc.c
EXTRA_DIST += $(kern_bodies) $(draw_bodies)
kern_cflags = $(AEVB_CFLAGS) $(AEVB_WARNINGS) $(AEVB_SAN) $(KERN_CFLAGS) -fvisibility=hidden

noinst_LTLIBRARIES += libkern_portable_f32.la libkern_portable_f64.la libdraw_portable.la
libaevb_core_la_LIBADD += libkern_portable_f32.la libkern_portable_f64.la libdraw_portable.la
libkern_portable_f32_la_SOURCES = $(kern_sources)
libkern_portable_f32_la_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_KERN_LEVEL=portable -DAEVB_KERN_LEVEL_portable -DAEVB_BITS=32
libkern_portable_f32_la_CFLAGS = $(kern_cflags)
libkern_portable_f64_la_SOURCES = $(kern_sources)
libkern_portable_f64_la_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_KERN_LEVEL=portable -DAEVB_KERN_LEVEL_portable -DAEVB_BITS=64
libkern_portable_f64_la_CFLAGS = $(kern_cflags)
libdraw_portable_la_SOURCES = $(draw_sources)
libdraw_portable_la_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_KERN_LEVEL=portable -DAEVB_KERN_LEVEL_portable -DAEVB_BITS=64
libdraw_portable_la_CFLAGS = $(kern_cflags)

if LEVEL_AVX2
noinst_LTLIBRARIES += libkern_avx2_f32.la libkern_avx2_f64.la libdraw_avx2.la
libaevb_core_la_LIBADD += libkern_avx2_f32.la libkern_avx2_f64.la libdraw_avx2.la
libkern_avx2_f32_la_SOURCES = $(kern_sources)
libkern_avx2_f32_la_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_KERN_LEVEL=avx2 -DAEVB_KERN_LEVEL_avx2 -DAEVB_BITS=32
libkern_avx2_f32_la_CFLAGS = $(kern_cflags) $(AVX2_CFLAGS)
libkern_avx2_f64_la_SOURCES = $(kern_sources)
libkern_avx2_f64_la_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_KERN_LEVEL=avx2 -DAEVB_KERN_LEVEL_avx2 -DAEVB_BITS=64
libkern_avx2_f64_la_CFLAGS = $(kern_cflags) $(AVX2_CFLAGS)
libdraw_avx2_la_SOURCES = $(draw_sources)
libdraw_avx2_la_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_KERN_LEVEL=avx2 -DAEVB_KERN_LEVEL_avx2 -DAEVB_BITS=64
libdraw_avx2_la_CFLAGS = $(kern_cflags) $(AVX2_CFLAGS)
endif

if LEVEL_AVX512
noinst_LTLIBRARIES += libkern_avx512_f32.la libkern_avx512_f64.la libdraw_avx512.la
libaevb_core_la_LIBADD += libkern_avx512_f32.la libkern_avx512_f64.la libdraw_avx512.la
libkern_avx512_f32_la_SOURCES = $(kern_sources)
libkern_avx512_f32_la_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_KERN_LEVEL=avx512 -DAEVB_KERN_LEVEL_avx512 -DAEVB_BITS=32
libkern_avx512_f32_la_CFLAGS = $(kern_cflags) $(AVX512_CFLAGS)
libkern_avx512_f64_la_SOURCES = $(kern_sources)
libkern_avx512_f64_la_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_KERN_LEVEL=avx512 -DAEVB_KERN_LEVEL_avx512 -DAEVB_BITS=64
libkern_avx512_f64_la_CFLAGS = $(kern_cflags) $(AVX512_CFLAGS)
libdraw_avx512_la_SOURCES = $(draw_sources)
libdraw_avx512_la_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_KERN_LEVEL=avx512 -DAEVB_KERN_LEVEL_avx512 -DAEVB_BITS=64
libdraw_avx512_la_CFLAGS = $(kern_cflags) $(AVX512_CFLAGS)
endif

if LEVEL_NEON
noinst_LTLIBRARIES += libkern_neon_f32.la libkern_neon_f64.la libdraw_neon.la
libaevb_core_la_LIBADD += libkern_neon_f32.la libkern_neon_f64.la libdraw_neon.la
libkern_neon_f32_la_SOURCES = $(kern_sources)
libkern_neon_f32_la_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_KERN_LEVEL=neon -DAEVB_KERN_LEVEL_neon -DAEVB_BITS=32
libkern_neon_f32_la_CFLAGS = $(kern_cflags)
libkern_neon_f64_la_SOURCES = $(kern_sources)
libkern_neon_f64_la_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_KERN_LEVEL=neon -DAEVB_KERN_LEVEL_neon -DAEVB_BITS=64
libkern_neon_f64_la_CFLAGS = $(kern_cflags)
libdraw_neon_la_SOURCES = $(draw_sources)
libdraw_neon_la_CPPFLAGS = $(AM_CPPFLAGS) -DAEVB_KERN_LEVEL=neon -DAEVB_KERN_LEVEL_neon -DAEVB_BITS=64
libdraw_neon_la_CFLAGS = $(kern_cflags)
endif
