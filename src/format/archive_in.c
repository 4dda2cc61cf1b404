/* SPDX-License-Identifier: GPL-3.0-or-later
 * libarchive over our own file and our own gzip, which checks its CRC, and rules that libarchive leaves to others. */
#include "config.h"
#include "format/archive_in.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "data/byte_source.h"
#include "error.h"
#include "format/inflate_limit.h"
#include "format/zip_check.h"

enum { BLOCK = 1 << 16, FIRST_READ = 1 << 20, TAR_BLOCK = 512, TAR_END = 2 * TAR_BLOCK };

struct aevb_archive_in {
    const aevb_file_in *in;
    aevb_limits limits;
    struct archive *reader;
    bool zip;
    uint64_t at;             /* zip: where libarchive reads the file */
    aevb_byte_source source; /* tar: the bytes after gzip */
    bool source_open;
    uint64_t zeros;          /* tar: zero bytes at the end of what was read so far */
    uint64_t inflated;       /* zip: bytes of members; tar: bytes of the archive */
    uint64_t entries;
    bool in_member;          /* a member has been given and may have blocks left */
    aevb_member member;
    const unsigned char *block; /* of the member: what of libarchive's block was not asked for yet */
    size_t block_left;
    la_int64_t member_read;     /* bytes of the member that libarchive gave */
    char *name;              /* of the member, from aevb_alloc */
    aevb_error failure;      /* of a callback */
    locale_t utf8;           /* what names are converted to; 0 for the caller's own locale */
    unsigned char buffer[BLOCK];
};

#define PATH(archive) aevb_file_in_path((archive)->in)

/* What libarchive complained of; a failure of our own callbacks comes first. */
static aevb_status fail_reader(const aevb_archive_in *archive, aevb_error *err)
{
    if (archive->failure.status != AEVB_OK)
        return aevb_fail(err, archive->failure.status, "%s", archive->failure.message);
    if (archive_errno(archive->reader) == ENOMEM)
        return aevb_fail_memory(err);
    const char *what = archive_error_string(archive->reader);
    if (archive->name != NULL)
        return aevb_fail(err, AEVB_EFORMAT, "%s: member \"%.200s\": %s", PATH(archive), archive->name,
                         what == NULL ? "damaged" : what);
    return aevb_fail(err, AEVB_EFORMAT, "%s: %s", PATH(archive), what == NULL ? "damaged archive" : what);
}

static la_ssize_t give_file(aevb_archive_in *archive)
{
    uint64_t left = aevb_file_in_size(archive->in) - archive->at;
    size_t n = left < BLOCK ? (size_t)left : BLOCK;
    if (aevb_file_in_read(archive->in, archive->at, n, archive->buffer, &archive->failure) != AEVB_OK)
        return ARCHIVE_FATAL;
    archive->at += n;
    return (la_ssize_t)n;
}

static la_ssize_t give_source(aevb_archive_in *archive)
{
    size_t n = 0;
    if (aevb_bytes_read(&archive->source, archive->buffer, BLOCK, &n, &archive->failure) != AEVB_OK)
        return ARCHIVE_FATAL;
    archive->inflated += n;
    if (aevb_inflate_check(PATH(archive), &archive->limits, aevb_file_in_size(archive->in), archive->inflated,
                           &archive->failure) != AEVB_OK)
        return ARCHIVE_FATAL;
    size_t zeros = 0;
    while (zeros < n && archive->buffer[n - 1 - zeros] == 0)
        zeros++;
    archive->zeros = zeros == n ? archive->zeros + n : zeros;
    return (la_ssize_t)n;
}

static la_ssize_t on_read(struct archive *reader, void *user, const void **block)
{
    aevb_archive_in *archive = user;
    *block = archive->buffer;
    la_ssize_t n = archive->zip ? give_file(archive) : give_source(archive);
    if (n < 0)
        archive_set_error(reader, EIO, "cannot read");
    return n;
}

static la_int64_t on_seek(struct archive *reader, void *user, la_int64_t offset, int whence)
{
    aevb_archive_in *archive = user;
    int64_t size = (int64_t)aevb_file_in_size(archive->in);
    int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int64_t)archive->at : size;
    if (offset < -base || offset > size - base) { /* both differences are representable */
        archive_set_error(reader, EINVAL, "points outside of the file");
        return ARCHIVE_FATAL;
    }
    archive->at = (uint64_t)(base + offset);
    return (la_int64_t)archive->at;
}

/* Zip by its central directory only: the streaming reader of libarchive would make do with a file cut short. */
static aevb_status start_reader(aevb_archive_in *archive, aevb_error *err)
{
    archive->reader = archive_read_new();
    if (archive->reader == NULL)
        return aevb_fail_memory(err);
    int ok = archive->zip ? archive_read_support_format_zip_seekable(archive->reader)
                          : archive_read_support_format_tar(archive->reader);
    if (ok == ARCHIVE_OK && archive->zip)
        ok = archive_read_set_seek_callback(archive->reader, on_seek);
    if (ok == ARCHIVE_OK)
        ok = archive_read_set_read_callback(archive->reader, on_read);
    if (ok == ARCHIVE_OK)
        ok = archive_read_set_callback_data(archive->reader, archive);
    if (ok == ARCHIVE_OK)
        ok = archive_read_open1(archive->reader);
    return ok == ARCHIVE_OK ? AEVB_OK : fail_reader(archive, err);
}

aevb_status aevb_archive_open(const aevb_file_in *in, const aevb_limits *limits, aevb_archive_in **out,
                              aevb_error *err)
{
    unsigned char magic[4] = {0};
    aevb_status status = AEVB_OK;
    if (aevb_file_in_size(in) >= sizeof magic)
        status = aevb_file_in_read(in, 0, sizeof magic, magic, err);
    if (status != AEVB_OK)
        return status;
    aevb_archive_in *archive = aevb_alloc(1, sizeof *archive);
    if (archive == NULL)
        return aevb_fail_memory(err);
    archive->in = in;
    archive->limits = aevb_limits_or_default(limits);
    archive->zip = memcmp(magic, "PK\3\4", 4) == 0 || memcmp(magic, "PK\5\6", 4) == 0;
    archive->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (archive->zip) {
        status = aevb_zip_check(in, err);
    } else {
        status = aevb_bytes_over(in, &archive->source, err);
        archive->source_open = status == AEVB_OK;
    }
    if (status == AEVB_OK)
        status = start_reader(archive, err);
    if (status == AEVB_OK)
        *out = archive;
    else
        aevb_archive_close(archive);
    return status;
}

void aevb_archive_close(aevb_archive_in *archive)
{
    if (archive == NULL)
        return;
    archive_read_free(archive->reader); /* NULL is fine */
    if (archive->source_open)
        aevb_bytes_close(&archive->source);
    if (archive->utf8 != (locale_t)0)
        freelocale(archive->utf8);
    aevb_free(archive->name);
    aevb_free(archive);
}

#define BAD(format, ...) \
    aevb_fail(err, AEVB_EFORMAT, "%s: member \"%.200s\": " format, PATH(archive), archive->name, __VA_ARGS__)

static aevb_status check_name(const aevb_archive_in *archive, aevb_error *err)
{
    const char *name = archive->name;
    if (*name == '\0')
        return aevb_fail(err, AEVB_EFORMAT, "%s: a member without a name", PATH(archive));
    if (*name == '/')
        return BAD("%s", "an absolute name, refused");
    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return BAD("%s", "its name goes up with \"..\", refused");
    }
    return AEVB_OK;
}

/* libarchive has more decoders than deflate; those take as much memory as a member says that they need. It tells the
 * method in the name of the format: "ZIP 2.0 (deflation)". */
static bool is_inflatable(const aevb_archive_in *archive)
{
    const char *name = archive_format_name(archive->reader);
    return name != NULL && (strstr(name, "(uncompressed)") != NULL || strstr(name, "(deflation)") != NULL);
}

static aevb_status check_kind(const aevb_archive_in *archive, struct archive_entry *entry, aevb_error *err)
{
    if (archive_entry_hardlink(entry) != NULL)
        return BAD("%s", "is a hard link, refused");
    if (archive_entry_filetype(entry) == AE_IFLNK)
        return BAD("%s", "is a symbolic link, refused");
    if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != AE_IFDIR)
        return BAD("%s", "is neither a file nor a directory, refused");
    if (archive_entry_is_encrypted(entry))
        return BAD("%s", "is encrypted, refused");
    if (archive->zip && !is_inflatable(archive))
        return BAD("compression method of %s: only stored and deflated members are read", archive_format_name(archive->reader));
    if (archive_entry_sparse_count(entry) > 0)
        return BAD("%s", "is a sparse file, refused");
    if (archive_entry_size_is_set(entry) && archive_entry_size(entry) < 0)
        return BAD("%s", "a negative size");
    return AEVB_OK;
}

/* Parts "." and empty ones say nothing: ".//a/./b" is "a/b". A slash at either end stays, and so does a lone ".". */
static void drop_dots(char *name)
{
    char *begin = name + (*name == '/'), *to = begin;
    for (const char *part = begin, *next; *part != '\0'; part = next) {
        const size_t n = strcspn(part, "/");
        next = part + n + (part[n] == '/');
        if (n > 1 || (n == 1 && *part != '.')) {
            memmove(to, part, (size_t)(next - part));
            to += next - part;
        }
    }
    if (to > begin)
        *to = '\0';
}

static aevb_status take_name(aevb_archive_in *archive, const char *name, aevb_error *err)
{
    if (name == NULL)
        return aevb_fail(err, AEVB_EFORMAT, "%s: a member whose name is not text", PATH(archive));
    char *copy = aevb_copy_text(name);
    if (copy == NULL)
        return aevb_fail_memory(err);
    drop_dots(copy);
    archive->name = copy;
    return AEVB_OK;
}

/* The header of the next member, names as UTF-8 whatever the locale of the caller. */
static int next_header(aevb_archive_in *archive, struct archive_entry **entry)
{
    locale_t before = archive->utf8 == (locale_t)0 ? (locale_t)0 : uselocale(archive->utf8);
    int code = archive_read_next_header(archive->reader, entry);
    if (code == ARCHIVE_OK)
        (void)archive_entry_pathname(*entry); /* converts, and keeps it */
    if (before != (locale_t)0)
        uselocale(before);
    return code;
}

/* Reads on to the end of the file, so that gzip checks its sum, and looks for the two blocks that end a tar; nothing
 * but zeros may follow them, least of all another archive. */
static aevb_status check_tar_end(aevb_archive_in *archive, aevb_error *err)
{
    la_ssize_t n;
    while ((n = give_source(archive)) > 0)
        ;
    if (n < 0)
        return fail_reader(archive, err);
    const la_int64_t end = archive_read_header_position(archive->reader);
    if (archive->inflated - archive->zeros > (uint64_t)end)
        return aevb_fail(err, AEVB_EFORMAT, "%s: byte %" PRId64 " of the tar: the archive has ended, but more follows",
                         PATH(archive), (int64_t)end);
    if (archive->zeros < TAR_END || archive->inflated % TAR_BLOCK != 0)
        return aevb_fail(err, AEVB_EFORMAT, "%s: does not end as a tar archive does, it may be cut short",
                         PATH(archive));
    return AEVB_OK;
}

/* The next block of the current member, empty at its end. Every block has to follow the one before, and the end the
 * last: where the header declares more than it stores there would be a hole, a sparse file by another name. */
static aevb_status next_block(aevb_archive_in *archive, aevb_error *err)
{
    const void *block = NULL;
    size_t n = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(archive->reader, &block, &n, &offset);
    if (code != ARCHIVE_OK && code != ARCHIVE_EOF)
        return fail_reader(archive, err);
    if (offset != archive->member_read)
        return BAD("%s", "does not hold the bytes that it declares (a sparse file?), refused");
    archive->in_member = code == ARCHIVE_OK;
    archive->block = block;
    archive->block_left = n;
    archive->member_read += (la_int64_t)n;
    if (!archive->zip) /* counted as it leaves gzip */
        return AEVB_OK;
    archive->inflated += n;
    return aevb_inflate_check(PATH(archive), &archive->limits, aevb_file_in_size(archive->in), archive->inflated,
                              err);
}

/* What the caller did not read of a compressed member is read here, so that it is counted and checked. */
static aevb_status finish_member(aevb_archive_in *archive, aevb_error *err)
{
    aevb_status status = AEVB_OK;
    while (archive->in_member && !archive->zip && status == AEVB_OK)
        status = next_block(archive, err);
    archive->in_member = false;
    archive->block_left = 0;
    archive->member_read = 0;
    aevb_free(archive->name);
    archive->name = NULL;
    return status;
}

aevb_status aevb_archive_next(aevb_archive_in *archive, const aevb_member **member, aevb_error *err)
{
    struct archive_entry *entry = NULL;
    aevb_status status = finish_member(archive, err);
    if (status != AEVB_OK)
        return status;
    int code = next_header(archive, &entry);
    if (code == ARCHIVE_EOF) {
        status = archive->zip ? AEVB_OK : check_tar_end(archive, err);
        if (status == AEVB_OK)
            status = aevb_file_in_unchanged(archive->in, err);
        if (status == AEVB_OK)
            *member = NULL;
        return status;
    }
    if (code == ARCHIVE_WARN && take_name(archive, archive_entry_pathname(entry), NULL) == AEVB_OK)
        return fail_reader(archive, err); /* with the member's name */
    if (code != ARCHIVE_OK)
        return fail_reader(archive, err);
    if (++archive->entries > archive->limits.entries)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: more than %" PRIu64 " members, the limit (entries)",
                         PATH(archive), archive->limits.entries);
    status = take_name(archive, archive_entry_pathname(entry), err);
    if (status == AEVB_OK)
        status = check_name(archive, err);
    if (status == AEVB_OK)
        status = check_kind(archive, entry, err);
    if (status != AEVB_OK)
        return status;
    archive->in_member = true;
    archive->member = (aevb_member){.name = archive->name, .directory = archive_entry_filetype(entry) == AE_IFDIR,
                                    .sized = archive_entry_size_is_set(entry) != 0};
    if (archive->member.sized)
        archive->member.size = (uint64_t)archive_entry_size(entry);
    *member = &archive->member;
    return AEVB_OK;
}

aevb_status aevb_archive_read(aevb_archive_in *archive, size_t want, void *out, size_t *got, aevb_error *err)
{
    size_t have = 0;
    aevb_status status = AEVB_OK;
    while (status == AEVB_OK && have < want && (archive->block_left > 0 || archive->in_member)) {
        const size_t n = archive->block_left < want - have ? archive->block_left : want - have;
        if (n > 0) { /* an empty block has no address */
            memcpy((unsigned char *)out + have, archive->block, n);
            archive->block += n;
        }
        have += n;
        archive->block_left -= n;
        if (have < want)
            status = next_block(archive, err);
    }
    if (status == AEVB_OK)
        *got = have;
    return status;
}

aevb_status aevb_archive_read_all(aevb_archive_in *archive, unsigned char **bytes, size_t *n, aevb_error *err)
{
    /* One more than the size, so that the end is seen and its checksum compared; memory grows as bytes arrive. */
    size_t room = FIRST_READ, have = 0, got = 0;
    if (archive->member.sized && archive->member.size < 16 * aevb_file_in_size(archive->in))
        room = (size_t)archive->member.size + 1;
    unsigned char *content = aevb_alloc(room, 1);
    aevb_status status = content == NULL ? aevb_fail_memory(err) : AEVB_OK;
    while (status == AEVB_OK) {
        status = aevb_archive_read(archive, room - have, content + have, &got, err);
        if (status != AEVB_OK || (have += got) < room)
            break;
        unsigned char *larger = room > SIZE_MAX / 2 ? NULL : aevb_grow(content, room, 2 * room, 1);
        if (larger == NULL)
            status = aevb_fail_memory(err);
        else
            content = larger;
        room *= 2;
    }
    if (status != AEVB_OK) {
        aevb_free(content);
        return status;
    }
    *bytes = content;
    *n = have;
    return AEVB_OK;
}
