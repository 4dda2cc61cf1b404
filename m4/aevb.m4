# AEVB_TRY_CFLAGS(VARIABLE, FLAG): appends FLAG to VARIABLE when the compiler takes it.
AC_DEFUN([AEVB_TRY_CFLAGS], [
  AS_VAR_PUSHDEF([cache], [aevb_cv_cflag_$2])
  AC_CACHE_CHECK([whether $CC accepts $2], [cache], [
    aevb_save_CFLAGS=$CFLAGS
    CFLAGS="-Werror $2"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])], [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
    CFLAGS=$aevb_save_CFLAGS
  ])
  AS_VAR_IF([cache], [yes], [$1="$$1 $2"])
  AS_VAR_POPDEF([cache])
])

# AEVB_REQUIRE_MODULE(PREFIX, MODULE, DEBIAN-PACKAGE): notes the package as missing instead of stopping at once.
AC_DEFUN([AEVB_REQUIRE_MODULE], [
  PKG_CHECK_MODULES([$1], [$2], [], [aevb_missing="$aevb_missing $3"])
])

# AEVB_OPTIONAL_MODULE(PREFIX, MODULE): defines HAVE_PREFIX and the conditional of the same name.
AC_DEFUN([AEVB_OPTIONAL_MODULE], [
  PKG_CHECK_MODULES([$1], [$2], [aevb_have_$1=yes], [aevb_have_$1=no])
  AS_IF([test "x$aevb_have_$1" = xyes], [AC_DEFINE([HAVE_$1], [1], [Define when $2 is there.])])
  AM_CONDITIONAL([HAVE_$1], [test "x$aevb_have_$1" = xyes])
])

AC_DEFUN([AEVB_REPORT_MISSING], [
  AS_IF([test -n "$aevb_missing"], [AC_MSG_ERROR([missing:$aevb_missing
  Debian, Ubuntu:  apt-get install$aevb_missing
  Fedora, macOS:   see "Packages" in README.md for the names there])])
])

# AEVB_LEVEL(NAME, CONDITION-ON-HOST, FLAGS-VARIABLE, FLAGS, PROLOGUE, BODY): builds the level NAME when --with-levels
# names it, or names none and host and compiler have it; naming one that is not possible is an error.
AC_DEFUN([AEVB_LEVEL], [
  $3="$4"
  aevb_level_ok=no
  AS_CASE(["$aevb_levels_wanted"], [auto|*,$1,*], [
    AS_IF([$2], [
      AC_CACHE_CHECK([whether $CC can build level $1], [aevb_cv_level_$1], [
        aevb_save_CFLAGS=$CFLAGS
        CFLAGS="$CFLAGS $$3"
        AC_LINK_IFELSE([AC_LANG_PROGRAM([$5], [$6])], [aevb_cv_level_$1=yes], [aevb_cv_level_$1=no])
        CFLAGS=$aevb_save_CFLAGS
      ])
      aevb_level_ok=$aevb_cv_level_$1
    ])
    AS_IF([test "$aevb_level_ok" = no && test "$aevb_levels_wanted" != auto],
      [AC_MSG_ERROR([--with-levels: $1 cannot be built for $host_cpu with $CC])])
  ])
  AS_IF([test "$aevb_level_ok" = yes], [
    AC_DEFINE([AEVB_HAVE_]m4_toupper([$1]), [1], [Define when the kernels of level $1 are built.])
    aevb_levels="$aevb_levels $1"
  ])
  AM_CONDITIONAL([LEVEL_]m4_toupper([$1]), [test "$aevb_level_ok" = yes])
  AC_SUBST([$3])
])

# AEVB_LEVELS: which levels of the kernels are built, and with which flags.
AC_DEFUN([AEVB_LEVELS], [
  AC_REQUIRE([AC_CANONICAL_HOST])
  aevb_levels=
  aevb_levels_wanted=auto
  AS_IF([test "x$with_levels" != xauto], [aevb_levels_wanted=",$with_levels,"])
  AS_IF([test "x$enable_simd" = xno || test "x$with_levels" = xno], [aevb_levels_wanted=",,"])
  for aevb_level in `AS_ECHO(["$aevb_levels_wanted"]) | tr , ' '`; do
    AS_CASE([$aevb_level], [auto|portable|avx2|avx512|neon], [],
      [AC_MSG_ERROR([--with-levels: there is no level '$aevb_level'; levels are portable, avx2, avx512, neon])])
  done
  KERN_CFLAGS=
  AEVB_TRY_CFLAGS([KERN_CFLAGS], [-fno-lto])
  AC_SUBST([KERN_CFLAGS])
  AEVB_LEVEL([avx2], [test "$host_cpu" = x86_64], [AVX2_CFLAGS], [-mavx2 -mfma],
    [#include <immintrin.h>], [__m256 a = _mm256_setzero_ps(); a = _mm256_fmadd_ps(a, a, a); (void)a;])
  AEVB_LEVEL([avx512], [test "$host_cpu" = x86_64], [AVX512_CFLAGS],
    [-mavx512f -mavx512dq -mavx512bw -mavx512vl -mfma -mavx2 -mprefer-vector-width=512],
    [#include <immintrin.h>], [__m512i a = _mm512_setzero_si512(); return (int)_mm512_movepi64_mask(a);])
  AEVB_LEVEL([neon], [test "$host_cpu" = aarch64], [NEON_CFLAGS], [],
    [#include <arm_neon.h>], [float32x4_t a = vdupq_n_f32(0); a = vfmaq_f32(a, a, a); (void)a;])
])
