# Criterion unit tests: a stanza each; tests/tests.mk makes them print TAP.
unit_programs = tests/test_status tests/test_gradients
unit_programs += tests/test_idx tests/test_sprites tests/test_gather tests/test_data_open
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)

tests_test_status_SOURCES = tests/test_status.c
tests_test_status_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_status_LDADD = $(UNIT_LIBS)

tests_test_gradients_SOURCES = tests/test_gradients.c tests/support/deriv_check.h $(small_vae)
tests_test_gradients_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_gradients_LDADD = $(UNIT_LIBS)
small_vae = tests/support/small_vae.c tests/support/small_vae.h

idx_files = tests/support/idx_files.c tests/support/idx_files.h

tests_test_idx_SOURCES = tests/test_idx.c $(idx_files)
tests_test_idx_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_idx_LDADD = $(UNIT_LIBS) $(ZLIB_LIBS)

tests_test_sprites_SOURCES = tests/test_sprites.c tests/support/sha256_hex.h
tests_test_sprites_CPPFLAGS = $(UNIT_CPPFLAGS) $(NETTLE_CFLAGS)
tests_test_sprites_LDADD = $(UNIT_LIBS) $(NETTLE_LIBS)

tests_test_gather_SOURCES = tests/test_gather.c
tests_test_gather_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_gather_LDADD = $(UNIT_LIBS) $(GSL_LIBS)

tests_test_data_open_SOURCES = tests/test_data_open.c tests/support/sha256_hex.h $(idx_files)
tests_test_data_open_CPPFLAGS = $(UNIT_CPPFLAGS) $(NETTLE_CFLAGS)
tests_test_data_open_LDADD = $(UNIT_LIBS) $(NETTLE_LIBS) $(ZLIB_LIBS)
