/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading a list of case ids. */
#include "config.h"
#include "conform/expect_fail.h"

#include <stdio.h>
#include <string.h>

#include "error.h"

enum { LONGEST_LINE = 256 };

static aevb_status mark(const char *path, size_t line, const char *id, const aevb_vector_set *set, int partial,
                        int *marks, aevb_error *err)
{
    const aevb_vector_case *found = aevb_vector_set_find(set, id);
    if (found == NULL && partial)
        return AEVB_OK;
    if (found == NULL)
        return aevb_fail(err, AEVB_EFORMAT, "%s: line %zu: there is no case \"%s\"", path, line, id);
    if (marks[found - set->cases])
        return aevb_fail(err, AEVB_EFORMAT, "%s: line %zu: \"%s\" comes twice", path, line, id);
    marks[found - set->cases] = 1;
    return AEVB_OK;
}

aevb_status aevb_expect_fail_read(const char *path, const aevb_vector_set *set, int partial, int *marks,
                                  aevb_error *err)
{
    FILE *stream = fopen(path, "r");
    if (stream == NULL)
        return aevb_fail_errno(err, path, "cannot open");
    char line[LONGEST_LINE];
    aevb_status status = AEVB_OK;
    for (size_t number = 1; status == AEVB_OK && fgets(line, sizeof line, stream) != NULL; number++) {
        if (strchr(line, '\n') == NULL && strlen(line) == sizeof line - 1)
            status = aevb_fail(err, AEVB_EFORMAT, "%s: line %zu: too long", path, number);
        char *begin = line + strspn(line, " \t\r\n");
        begin[strcspn(begin, "#")] = '\0';
        begin[strcspn(begin, " \t\r\n")] = '\0';
        if (status == AEVB_OK && *begin != '\0')
            status = mark(path, number, begin, set, partial, marks, err);
    }
    if (status == AEVB_OK && ferror(stream))
        status = aevb_fail_errno(err, path, "cannot read");
    fclose(stream);
    return status;
}
