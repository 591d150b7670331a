/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * import_read.c - a file as text, whether gzip or not.
 *
 * Its first two bytes say which, not its name. Several gzip members one behind the other are one
 * text, as with zcat. A member that breaks off is an error and not an end: half of a file must
 * not look like all of it.
 */
#include "import_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define PIECE (256u * 1024)

struct dw_input {
	int fd;
	bool is_gzip, is_open_member, is_eof;
	uint64_t done, size;
	z_stream z;
	size_t from, to; /* unread part of raw */
	unsigned char raw[PIECE];
};

/* More of the file into raw, behind what is there. 0 or DW_EIO. */
static int fill(struct dw_input *in, struct dw_err *err)
{
	ssize_t n;

	do {
		n = read(in->fd, in->raw + in->to, PIECE - in->to);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return dw_fail(err, DW_EIO, "reading: %s", strerror(errno));
	in->to += (size_t)n;
	in->done += (uint64_t)n;
	in->is_eof = n == 0;
	return 0;
}

static int begin(struct dw_input *in, struct dw_err *err)
{
	int rc = 0;

	while (rc == 0 && in->to < 2 && !in->is_eof)
		rc = fill(in, err);
	in->is_gzip = in->to >= 2 && in->raw[0] == 0x1f && in->raw[1] == 0x8b;
	if (rc == 0 && in->is_gzip && inflateInit2(&in->z, 15 + 16) != Z_OK)
		rc = dw_fail(err, DW_EINTERNAL, "starting zlib");
	return rc;
}

int dw_input_open(struct dw_input **out, const char *path, struct dw_err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct dw_input *in;
	struct stat st;
	int rc, fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return dw_fail(err, DW_EIO, "%s", strerror(errno));
	in = calloc(1, sizeof(*in));
	DW_INVARIANT(in != NULL);
	in->fd = fd;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		in->size = (uint64_t)st.st_size;
	rc = begin(in, err);
	if (rc < 0) {
		dw_input_close(in);
		return rc;
	}
	*out = in;
	return 0;
}

void dw_input_close(struct dw_input *in)
{
	if (in == NULL)
		return;
	if (in->is_gzip)
		inflateEnd(&in->z);
	close(in->fd);
	free(in);
}

/* Unread bytes in raw, reading if there are none. */
static int need_raw(struct dw_input *in, struct dw_err *err)
{
	if (in->from < in->to || in->is_eof)
		return 0;
	in->from = 0;
	in->to = 0;
	return fill(in, err);
}

static ssize_t read_plain(struct dw_input *in, char *p, size_t size, struct dw_err *err)
{
	int rc = need_raw(in, err);
	size_t n = in->to - in->from;

	if (rc < 0)
		return rc;
	n = n < size ? n : size;
	memcpy(p, in->raw + in->from, n);
	in->from += n;
	return (ssize_t)n;
}

static ssize_t read_gzip(struct dw_input *in, char *p, size_t size, struct dw_err *err)
{
	in->z.next_out = (unsigned char *)p;
	in->z.avail_out = (uInt)size;
	while (in->z.avail_out == size) {
		int rc = need_raw(in, err), z;

		if (rc < 0)
			return rc;
		if (in->from == in->to && in->is_open_member)
			return dw_fail(err, DW_ECORRUPT, "the gzip data breaks off");
		if (in->from == in->to)
			return 0;
		in->z.next_in = in->raw + in->from;
		in->z.avail_in = (uInt)(in->to - in->from);
		in->is_open_member = true;
		z = inflate(&in->z, Z_NO_FLUSH);
		in->from = in->to - in->z.avail_in;
		if (z == Z_STREAM_END) {
			in->is_open_member = false;
			(void)inflateReset(&in->z);
		} else if (z != Z_OK && z != Z_BUF_ERROR) {
			return dw_fail(err, DW_ECORRUPT, "the gzip data is damaged: %s",
				       in->z.msg != NULL ? in->z.msg : "zlib");
		}
	}
	return (ssize_t)(size - in->z.avail_out);
}

ssize_t dw_input_read(struct dw_input *in, char *p, size_t size, struct dw_err *err)
{
	return in->is_gzip ? read_gzip(in, p, size, err) : read_plain(in, p, size, err);
}

uint64_t dw_input_done(const struct dw_input *in)
{
	return in->done;
}

uint64_t dw_input_size(const struct dw_input *in)
{
	return in->size;
}
