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
