/* SPDX-License-Identifier: GPL-3.0-or-later
 * The reader of golden vectors: each member that is missing, of another type, of another length or unknown is
 * refused with the file and the place; so it is of vectors in a safetensors file and of questions. Writing fails at
 * every byte. */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aevb/format.h"
#include "conform/vector_json.h"
#include "conform/vector_set.h"
#include "leaks.h"
#include "temp_files.h"

TestSuite(vector_file, .fini = no_leaks, .init = temp_clear);

static const char whole[] =
    "{\"algorithm\": \"x\", \"schema\": \"s\", \"numberOfTests\": 2, \"header\": [], \"notes\": {}, \"testGroups\": ["
    "{\"type\": \"kl\", \"specRef\": \"KL.1\", \"source\": {}, \"dims\": {\"B\": 1, \"Z\": 2}, \"config\": {}, "
    "\"arrays\": {\"mu\": [\"B\", \"Z\"], \"c\": [], \"kl\": [\"B\", \"Z\"], \"n\": [\"B\"]}, \"tests\": ["
    "{\"tcId\": \"a\", \"comment\": \"\", \"flags\": [], \"inputs\": {\"mu\": [0.5, \"inf\"], \"c\": 2}, "
    "\"expected\": {\"kl\": [1.5, \"nan\"], \"n\": [3]}, \"tail\": {\"kl\": [0.0, 0.0]}, "
    "\"cond\": {\"kl\": [0.0, 0.0]}, \"floor32\": {\"kl\": [0.0, \"-inf\"]}, \"result\": \"valid\"}, "
    "{\"tcId\": \"b\", \"comment\": \"\", \"flags\": [], \"inputs\": {\"mu\": [0.5, 1e300], \"c\": 2.5}, "
    "\"result\": \"domain-error\"}]}]}";

/* text with the first `from` replaced; free() it. */
static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    cr_assert_not_null(at, "%s", from);
    char *out = malloc(strlen(text) + strlen(to) + 1);
    sprintf(out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

static aevb_status parse(const char *text, aevb_error *err)
{
    aevb_file_in *in = NULL;
    aevb_vector_file *file = NULL;
    *err = (aevb_error){.message = ""};
    cr_assert_eq(aevb_file_in_memory("f.json", text, strlen(text), &in, err), AEVB_OK);
    const aevb_status status = aevb_vector_parse(in, &file, err);
    cr_expect_eq(status == AEVB_OK, file != NULL);
    aevb_vector_close(file);
    aevb_file_in_close(in);
    return status;
}

Test(vector_file, each_damage_is_refused_with_its_place)
{
    static const struct { const char *from, *to, *says; } list[] = {
        {"{\"algorithm\"", "[{\"algorithm\"", "f.json"},
        {"\"algorithm\": \"x\"", "\"algorithm\": 1", "f.json: file: has the wrong type: algorithm"},
        {"\"schema\": \"s\", ", "", "f.json: file: has no schema"},
        {"\"numberOfTests\": 2", "\"numberOfTests\": \"2\"", "wrong type: numberOfTests"},
        {"\"numberOfTests\": 2", "\"numberOfTests\": 3", "wrong count in numberOfTests"},
        {"\"header\": []", "\"header\": {}", "wrong type: header"},
        {"\"notes\": {}", "\"notes\": []", "wrong type: notes"},
        {"\"notes\": {}", "\"notes\": {}, \"more\": 1", "unknown member more"},
        {"\"testGroups\": [", "\"testGroups\": 1, \"x\": [", "wrong type: testGroups"},
        {"\"testGroups\": [", "\"testGroups\": [1, ", "f.json: file: a group is no object"},
        {"\"type\": \"kl\"", "\"type\": 1", "wrong type: type"},
        {"\"specRef\": \"KL.1\", ", "", "has no specRef"},
        {"\"source\": {}", "\"source\": []", "wrong type: source"},
        {"\"dims\": {", "\"dims\": 1, \"dim\": {", "wrong type: dims"},
        {"\"config\": {}", "\"config\": 1", "wrong type: config"},
        {"\"config\": {}", "\"config\": {}, \"more\": {}", "unknown member more"},
        {"\"arrays\": {", "\"arrays\": 1, \"array\": {", "wrong type: arrays"},
        {"\"tests\": [", "\"tests\": 1, \"test\": [", "wrong type: tests"},
        {"\"tests\": [", "\"tests\": [1, ", "a test is no object"},
        {"\"tcId\": \"a\"", "\"tcId\": 1", "wrong type: tcId"},
        {"\"comment\": \"\", ", "", "f.json: a: has no comment"},
        {"\"flags\": []", "\"flags\": 1", "f.json: a: has the wrong type: flags"},
        {"\"inputs\": {", "\"inputs\": 1, \"input\": {", "wrong type: inputs"},
        {"\"result\": \"valid\"", "\"result\": 1", "wrong type: result"},
        {"\"result\": \"valid\"", "\"result\": \"good\"", "unknown result good"},
        {"\"result\": \"valid\"", "\"result\": \"valid\", \"more\": 1", "unknown member more"},
        {"\"result\": \"valid\"", "\"result\": \"domain-error\"", "expects values in spite of domain-error"},
        {"\"flags\": [], \"inputs\": {\"mu\": [0.5, 1e300], \"c\": 2.5}", "\"flags\": [], \"tensors\": \"t\"",
         "f.json: b: has tensors in spite of domain-error"},
        {"\"Z\": 2", "\"Z\": 0", "impossible shape of array mu"},
        {"\"Z\": 2", "\"Z\": 524289", "impossible shape of array mu"},
        {"\"B\": 1, \"Z\": 2", "\"B\": 524288, \"Z\": 524288", "impossible shape of array mu"},
        {"\"mu\": [\"B\", \"Z\"]", "\"mu\": [\"B\", 2]", "impossible shape of array mu"},
        {"\"mu\": [\"B\", \"Z\"]", "\"mu\": [\"B\", \"Y\"]", "impossible shape of array mu"},
        {"\"mu\": [\"B\", \"Z\"]", "\"mu\": [\"B\", \"B\", \"B\", \"B\", \"B\", \"B\", \"B\", \"B\", \"Z\"]",
         "undeclared array mu"},
        {"\"mu\": [\"B\", \"Z\"]", "\"mu\": 1", "undeclared array mu"},
        {"\"c\": []", "\"d\": []", "undeclared array c"},
        {"\"kl\": [\"B\", \"Z\"]", "\"lk\": [\"B\", \"Z\"]", "undeclared array kl"},
        {"[0.5, \"inf\"]", "[0.5]", "wrong length of array mu"},
        {"[0.5, \"inf\"]", "0.5", "wrong length of array mu"},
        {"\"c\": 2}", "\"c\": [2]}", "wrong length of array c"},
        {"\"c\": 2}", "\"c\": null}", "not a number in array c"},
        {"[0.5, \"inf\"]", "[0.5, \"INF\"]", "not a number in array mu"},
        {"[0.5, \"inf\"]", "[0.5, 9007199254740993]", "not a number in array mu"}, /* 2^53 + 1 */
        {"[0.5, \"inf\"]", "[0.5, -9007199254740993]", "not a number in array mu"},
        {"\"expected\": {", "\"expected\": 1, \"floor64\": {", "wrong type: expected"},
        {"\"expected\": {\"kl\": [1.5, \"nan\"], \"n\": [3]}", "\"expected\": {}", "expects nothing in expected"},
        {"\"tail\": {\"kl\": [0.0, 0.0]}", "\"tail\": 1", "wrong type: tail"},
        {"\"tail\": {\"kl\": [0.0, 0.0]}", "\"tail\": {}", "wrong length of array kl"},
        {"\"tail\": {", "\"tail\": {\"n\": [0], ", "arrays without a value in tail or cond"},
        {"\"cond\": {\"kl\": [0.0, 0.0]}, ", "", "has no cond"},
        {"\"cond\": {\"kl\": [0.0, 0.0]}", "\"cond\": {\"kl\": [0.0]}", "wrong length of array kl"},
        {"\"cond\": {", "\"cond\": {\"n\": [0], ", "arrays without a value in tail or cond"},
        {"\"floor32\": {\"kl\": [0.0, \"-inf\"]}", "\"floor32\": {\"kl\": [0.0]}", "wrong length of array kl"},
    };
    aevb_error err;
    cr_expect_eq(parse(whole, &err), AEVB_OK, "%s", err.message);
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        char *text = replaced(whole, list[i].from, list[i].to);
        cr_expect_eq(parse(text, &err), AEVB_EFORMAT, "%s -> %s", list[i].from, list[i].to);
        cr_expect(strncmp(err.message, "f.json", 6) == 0 && strstr(err.message, list[i].says) != NULL, "%s -> %s: %s",
                  list[i].from, list[i].to, err.message);
        free(text);
    }
    cr_expect_eq(parse("[]", &err), AEVB_EFORMAT);
    cr_expect_not_null(strstr(err.message, "is no object"), "%s", err.message);
    cr_expect_eq(parse("{\"algorithm\": \"x\", \"schema\": \"s\", \"numberOfTests\": 0, \"header\": [], "
                       "\"notes\": {}, \"testGroups\": []}", &err), AEVB_EFORMAT);
    cr_expect_not_null(strstr(err.message, "wrong count"), "%s", err.message);
}

Test(vector_file, cut_at_every_byte_it_is_refused)
{
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        aevb_error err;
        char *text = strndup(whole, n);
        cr_expect_eq(parse(text, &err), AEVB_EFORMAT, "%zu bytes", n);
        cr_expect(strncmp(err.message, "f.json: byte ", 13) == 0, "%zu bytes: %s", n, err.message);
        free(text);
    }
}

Test(vector_file, larger_than_64_mib_is_refused_unread)
{
    aevb_error err = {.message = ""};
    aevb_vector_file *file = NULL;
    const char *path = temp_path("large.json");
    temp_write(path, "{}", 2);
    cr_assert_eq(truncate(path, (1 << 26) + 1), 0);
    cr_expect_eq(aevb_vector_open(path, &file, &err), AEVB_EFORMAT);
    cr_expect_not_null(strstr(err.message, "larger than 67108864 bytes"), "%s", err.message);
    cr_expect_eq(aevb_vector_open(temp_path("none"), &file, &err), AEVB_EIO);
    json_t *root = NULL;
    cr_expect_eq(aevb_vector_load(temp_path("none"), &root, &err), AEVB_EIO);
}

/* --- in a safetensors file --- */

static const char in_file[] =
    "{\"algorithm\": \"x\", \"schema\": \"s\", \"numberOfTests\": 1, \"header\": [], \"notes\": {}, \"testGroups\": ["
    "{\"type\": \"kl\", \"specRef\": \"KL.1\", \"source\": {}, \"dims\": {\"Z\": 2}, \"config\": {}, "
    "\"arrays\": {\"mu\": [\"Z\"], \"kl\": [\"Z\"]}, \"tests\": [{\"tcId\": \"a\", \"comment\": \"\", \"flags\": [], "
    "\"tensors\": \"t.safetensors\", \"result\": \"valid\"}]}]}";

static aevb_status parse_with(const char *text, const char *const *names, size_t n, size_t length, aevb_error *err)
{
    const double values[3] = {1, 2, 3};
    aevb_tensor_out tensors[6];
    aevb_vector_file *file = NULL;
    for (size_t i = 0; i < n; i++)
        tensors[i] = (aevb_tensor_out){.name = names[i], .dtype = AEVB_DTYPE_F64, .ndim = 1, .shape = {length},
                                       .data = values};
    *err = (aevb_error){.message = ""};
    cr_assert_eq(aevb_safetensors_write(temp_path("t.safetensors"), tensors, n, NULL, 0, err), AEVB_OK, "%s",
                 err->message);
    temp_write(temp_path("f.json"), text, strlen(text));
    const aevb_status status = aevb_vector_open(temp_path("f.json"), &file, err);
    aevb_vector_close(file);
    return status;
}

Test(vector_file, tensors_beside_it_are_all_there_and_no_others)
{
    static const char *const names[] = {"inputs.mu", "expected.kl", "tail.kl", "cond.kl", "floor32.kl", "tail.mu"};
    static const struct { size_t first, n, length; const char *says; } list[] = {
        {0, 5, 2, NULL}, {0, 4, 2, NULL}, {0, 2, 2, NULL}, {0, 5, 3, "wrong length of tensor inputs.mu"},
        {1, 4, 3, "wrong length of tensor expected.kl"},
        {0, 3, 2, "no complete tensors for array kl"}, {0, 1, 2, "no complete tensors for array kl"},
        {0, 6, 2, "tensors that are not declared"},
    };
    aevb_error err;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        char *text = list[i].first == 0 ? strdup(in_file) : replaced(in_file, "\"mu\": [\"Z\"], ", "");
        const aevb_status status = parse_with(text, names + list[i].first, list[i].n, list[i].length, &err);
        cr_expect_eq(status, list[i].says == NULL ? AEVB_OK : AEVB_EFORMAT, "%zu: %s", i, err.message);
        cr_expect(list[i].says == NULL || strstr(err.message, list[i].says) != NULL, "%zu: %s", i, err.message);
        free(text);
    }
    char *text = replaced(in_file, ", \"kl\": [\"Z\"]", "");
    cr_expect_eq(parse_with(text, names, 1, 2, &err), AEVB_EFORMAT);
    cr_expect_not_null(strstr(err.message, "expects nothing in its file"), "%s", err.message);
    free(text);
    text = replaced(in_file, "\"Z\": 2", "\"Z\": 0");
    cr_expect_eq(parse_with(text, names, 5, 2, &err), AEVB_EFORMAT);
    cr_expect_not_null(strstr(err.message, "impossible shape of array"), "%s", err.message);
    free(text);
}

/* The n-th allocation fails. */
Test(vector_file, tensors_without_memory)
{
    aevb_error err;
    aevb_vector_file *file = NULL;
    aevb_status status = AEVB_ENOMEM;
    size_t n = 0;
    cr_assert_eq(parse_with(in_file, (const char *const[]){"inputs.mu", "expected.kl", "tail.kl", "cond.kl"}, 4, 2,
                            &err),
                 AEVB_OK, "%s", err.message);
    while (status == AEVB_ENOMEM) {
        aevb_alloc_fail_after(++n);
        status = aevb_vector_open(temp_path("f.json"), &file, &err);
        aevb_alloc_fail_after(0);
    }
    cr_expect_eq(status, AEVB_OK, "allocation %zu: %s", n, err.message);
    cr_expect_gt(n, 10);
    aevb_vector_close(file);
}

Test(vector_file, tensors_lie_beside_it_and_nowhere_else)
{
    char longer[4200];
    memset(longer, 'a', sizeof longer);
    snprintf(longer + 4100, sizeof longer - 4100, "\"");
    longer[0] = '"';
    const struct { const char *name; aevb_status status; const char *says; } list[] = {
        {"7", AEVB_EFORMAT, "impossible name of a file: none"},
        {"\"a/b\"", AEVB_EFORMAT, "impossible name of a file: a/b"},
        {"\".t\"", AEVB_EFORMAT, "impossible name of a file: .t"},
        {longer, AEVB_EFORMAT, "impossible name of a file"},
        {"\"other\"", AEVB_EIO, "other: cannot open"}};
    aevb_error err;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        char *text = replaced(in_file, "\"t.safetensors\"", list[i].name);
        cr_expect_eq(parse_with(text, (const char *const[]){"inputs.mu"}, 1, 2, &err), list[i].status);
        cr_expect_not_null(strstr(err.message, list[i].says), "%s", err.message);
        free(text);
    }
    /* by its bare name in the working directory */
    aevb_vector_file *file = NULL;
    cr_assert_eq(chdir(temp_dir()), 0);
    cr_expect_eq(parse_with(in_file, (const char *const[]){"inputs.mu", "expected.kl"}, 2, 2, &err), AEVB_OK);
    cr_expect_eq(aevb_vector_open("f.json", &file, &err), AEVB_OK, "%s", err.message);
    aevb_vector_close(file);
}

/* --- questions --- */

static const char question[] =
    "{\"id\": \"a\", \"type\": \"kl\", \"clauses\": \"KL.1\", \"dims\": {\"Z\": 2}, \"config\": {}, "
    "\"arrays\": {\"mu\": [\"Z\"], \"kl\": [\"Z\"]}, \"inputs\": {\"mu\": [1, 2]}}";

Test(vector_file, a_question_that_is_incomplete_is_refused)
{
    static const struct { const char *from, *to, *says; } list[] = {
        {"\"id\": \"a\", ", "", "is incomplete"},
        {"\"dims\": {\"Z\": 2}", "\"dims\": []", "are no objects"},
        {"\"config\": {}", "\"config\": []", "are no objects"},
        {"\"arrays\": {\"mu\": [\"Z\"], \"kl\": [\"Z\"]}", "\"arrays\": []", "are no objects"},
        {"\"inputs\": {\"mu\": [1, 2]}", "\"inputs\": []", "are no objects"},
        {"\"mu\": [1, 2]", "\"mu\": [1]", "wrong length of array mu"},
        {"\"kl\": [\"Z\"]", "\"kl\": [\"Y\"]", "impossible shape of array kl"},
    };
    aevb_error err = {.message = ""};
    aevb_vector_file *file = NULL;
    for (size_t i = 0; i <= sizeof list / sizeof list[0]; i++) {
        char *text = i == 0 ? strdup(question) : replaced(question, list[i - 1].from, list[i - 1].to);
        json_t *request = json_loads(text, 0, NULL);
        cr_expect_eq(aevb_vector_question(request, &file, &err), i == 0 ? AEVB_OK : AEVB_EFORMAT, "%s", err.message);
        cr_expect(i == 0 || strstr(err.message, list[i - 1].says) != NULL, "%s: %s", text, err.message);
        if (i == 0)
            aevb_vector_close(file);
        json_decref(request);
        free(text);
    }
}

/* --- folders --- */

Test(vector_file, a_folder_gives_the_cases_that_are_asked_for)
{
    static const struct { const char *only; size_t n; } list[] = {
        {NULL, 2}, {"KL", 2}, {"KL.1", 2}, {"KL.", 0}, {"K", 0}, {"KL.2", 0}, {"KL.1.1", 0}};
    aevb_error err = {.message = ""};
    aevb_vector_set *set = NULL;
    cr_expect_eq(aevb_vector_set_open(temp_dir(), NULL, &set, &err), AEVB_EIO, "%s", err.message);
    cr_expect_not_null(strstr(err.message, "holds no vector file"), "%s", err.message);
    cr_expect_eq(aevb_vector_set_open(temp_path("none"), NULL, &set, &err), AEVB_EIO);
    temp_write(temp_path("f.json"), whole, strlen(whole));
    temp_write(temp_path("README"), "", 0);
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        const aevb_status status = aevb_vector_set_open(temp_dir(), list[i].only, &set, &err);
        cr_expect_eq(status, list[i].n > 0 ? AEVB_OK : AEVB_EINVAL, "%s: %s", list[i].only, err.message);
        if (status != AEVB_OK)
            continue;
        cr_expect_eq(set->n_cases, list[i].n);
        cr_expect_not_null(aevb_vector_set_find(set, "b"));
        cr_expect_null(aevb_vector_set_find(set, "c"));
        aevb_vector_set_close(set);
    }
    temp_write(temp_path("g.json"), "{", 1);
    cr_expect_eq(aevb_vector_set_open(temp_dir(), NULL, &set, &err), AEVB_EFORMAT);
    cr_expect_not_null(strstr(err.message, "g.json"), "%s", err.message);
}

/* --- writing --- */

static ssize_t take(void *cookie, const char *bytes, size_t n)
{
    size_t *left = cookie;
    (void)bytes;
    if (n > *left)
        return 0;
    *left -= n;
    return (ssize_t)n;
}

/* Unbuffered, so that each call of the writer meets the end. */
Test(vector_file, a_write_that_fails_at_any_byte_is_told)
{
    json_t *value = json_loads("{\"a\": [1, 2.5, true, false, null, \"b\"], \"c\": {}, \"d\": [], "
                               "\"e\": [{\"f\": [[1]]}, 2]}", 0, NULL);
    char *text = NULL;
    size_t n = 0;
    FILE *stream = open_memstream(&text, &n);
    cr_expect_eq(aevb_vector_write(stream, value), 0);
    fclose(stream);
    cr_expect_str_eq(text, "{\n  \"a\": [1, 2.5, true, false, null, \"b\"],\n  \"c\": {},\n  \"d\": [],\n  \"e\": [\n"
                     "    {\n      \"f\": [\n        [1]\n      ]\n    },\n    2\n  ]\n}\n");
    for (size_t room = 0; room <= n; room++) {
        size_t left = room;
        stream = fopencookie(&left, "w", (cookie_io_functions_t){.write = take});
        setvbuf(stream, NULL, _IONBF, 0);
        cr_expect_eq(aevb_vector_write(stream, value), room < n ? -1 : 0, "room for %zu of %zu", room, n);
        fclose(stream);
    }
    free(text);
    json_decref(value);
}
