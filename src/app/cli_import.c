/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * cli_import.c - diwan import: files of mentions through the same door as everybody's.
 *
 * Memory is bounded whatever the file: a piece of text, one line or row, one batch. Each file
 * ends with its last batch sent, so a reason always has the right file's name.
 */
#include "app/csv.h"
#include "app/mapping.h"
#include "import_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define PIECE (128u * 1024)
#define LINE_LIMIT (1024u * 1024)
#define TOKEN_MAX 256

struct import {
	struct dw_mapping *mapping;
	struct dw_sender sender;
	struct dw_progress progress;
	int rc; /* first failure that ends the import */
	struct dw_err err;
	/* JSONL: the line so far */
	struct dw_buf line;
	uint64_t number;
	bool is_skipping;
	/* CSV: the header */
	char *header;
	struct dw_str name[DW_CSV_FIELDS_MAX];
	size_t n_names;
};

/* A record was made into the batch, or not. */
static void settle(struct import *im, uint64_t line, int rc, const struct dw_err *why)
{
	if (rc < 0)
		dw_sender_refused(&im->sender, line, dw_err_text(why));
	else if (im->rc == 0)
		im->rc = dw_sender_added(&im->sender, line, &im->err);
}

/* ---- JSONL ---- */

static void end_line(struct import *im)
{
	struct dw_str text = dw_str_trim(dw_buf_str(&im->line));
	struct dw_err why;

	im->number++;
	if (im->number == 1 && dw_str_starts(text, DW_STR("\xef\xbb\xbf")))
		text = dw_str_make(text.p + 3, text.n - 3);
	if (text.n > 0 && text.p[text.n - 1] == '\r')
		text.n--;
	if (im->is_skipping)
		dw_sender_refused(&im->sender, im->number,
				  "the line is longer than 1 MiB");
	else if (text.n > 0 && im->rc == 0)
		settle(im, im->number,
		       dw_mapping_json(im->mapping, text, &im->sender.batch, &why), &why);
	im->is_skipping = false;
	dw_buf_clear(&im->line);
}

static void feed_lines(struct import *im, struct dw_str piece)
{
	while (piece.n > 0 && im->rc == 0) {
		const char *nl = memchr(piece.p, '\n', piece.n);
		size_t n = nl != NULL ? (size_t)(nl - piece.p) : piece.n;

		if (!im->is_skipping && dw_buf_add(&im->line, piece.p, n) < 0)
			im->is_skipping = true;
		if (nl == NULL)
			return;
		end_line(im);
		piece = dw_str_make(nl + 1, piece.n - n - 1);
	}
}

/* ---- CSV ---- */

static void take_header(struct import *im, const struct dw_str *field, size_t n)
{
	size_t total = 0, at = 0;

	for (size_t i = 0; i < n; i++)
		total += field[i].n;
	im->header = malloc(total + 1);
	DW_INVARIANT(im->header != NULL);
	for (size_t i = 0; i < n; i++) {
		struct dw_str name = dw_str_trim(field[i]);

		memcpy(im->header + at, name.p, name.n);
		im->name[i] = dw_str_make(im->header + at, name.n);
		at += name.n;
	}
	im->n_names = n;
}

static void on_row(void *ctx, const struct dw_str *field, size_t n, uint64_t line)
{
	struct import *im = ctx;
	struct dw_err why;

	if (im->header == NULL) {
		take_header(im, field, n);
		return;
	}
	if (im->rc < 0)
		return;
	if (n != im->n_names) {
		char text[80];

		snprintf(text, sizeof(text), "%zu fields under a header of %zu", n,
			 im->n_names);
		dw_sender_refused(&im->sender, line, text);
		return;
	}
	settle(im, line,
	       dw_mapping_row(im->mapping, im->name, field, n, &im->sender.batch, &why),
	       &why);
}

static void on_bad_row(void *ctx, uint64_t line, const char *why)
{
	struct import *im = ctx;

	dw_sender_refused(&im->sender, line, why);
}

/* ---- a file ---- */

static bool is_csv_name(const char *path)
{
	size_t n = strlen(path);

	if (n > 3 && strcmp(path + n - 3, ".gz") == 0)
		n -= 3;
	return n > 4 && strncmp(path + n - 4, ".csv", 4) == 0;
}

static void read_all(struct import *im, struct dw_input *in, struct dw_csv *csv)
{
	static char piece[PIECE];
	ssize_t n = 0;

	while (im->rc == 0 &&
	       (n = dw_input_read(in, piece, sizeof(piece), &im->err)) > 0) {
		if (csv != NULL)
			dw_csv_feed(csv, dw_str_make(piece, (size_t)n));
		else
			feed_lines(im, dw_str_make(piece, (size_t)n));
		dw_progress_say(&im->progress, &im->sender, in);
	}
	if (im->rc == 0 && n < 0)
		im->rc = (int)n;
	if (im->rc == 0 && csv != NULL)
		dw_csv_end(csv);
	else if (im->rc == 0 && (im->line.len > 0 || im->is_skipping))
		end_line(im);
}

static void import_file(struct import *im, const char *path, const char *format)
{
	const struct dw_csv_ops ops = { on_row, on_bad_row, im };
	bool is_csv = format != NULL ? strcmp(format, "csv") == 0 : is_csv_name(path);
	struct dw_input *in = NULL;
	struct dw_err why;
	struct dw_csv csv;

	im->sender.file = path;
	im->number = 0;
	im->is_skipping = false;
	dw_buf_clear(&im->line);
	dw_csv_init(&csv, &ops, LINE_LIMIT);
	im->rc = dw_input_open(&in, path, &im->err);
	if (im->rc == 0)
		read_all(im, in, is_csv ? &csv : NULL);
	/* what was read before a failure of the file is sent all the same */
	if (dw_sender_flush(&im->sender, &why) < 0 && im->rc == 0) {
		im->rc = DW_EUNAVAILABLE;
		im->err = why;
	}
	if (im->rc < 0)
		im->rc = dw_wrap(&im->err, im->rc, "%s", path);
	dw_input_close(in);
	dw_csv_fini(&csv);
	free(im->header);
	im->header = NULL;
}

/* ---- the command ---- */

struct import_opts {
	const char *to, *token_file, *map, *source, *format;
	bool is_json;
};

static int read_token(const char *path, char *out, size_t size, struct dw_err *err)
{
	FILE *f = fopen(path, "re");
	size_t n;

	if (f == NULL)
		return dw_fail(err, DW_EIO, "%s: %s", path, strerror(errno));
	n = fread(out, 1, size - 1, f);
	fclose(f);
	out[n] = '\0';
	out[strcspn(out, " \t\r\n")] = '\0';
	return out[0] != '\0' ? 0 : dw_fail(err, DW_EINVAL, "%s holds no token", path);
}

static int connect_to(struct dw_client **c, const struct import_opts *o,
		      const struct dw_config *conf, struct dw_err *err)
{
	char token[TOKEN_MAX];
	int rc;

	if (o->to == NULL)
		return dw_client_local(c, conf, err);
	rc = read_token(o->token_file, token, sizeof(token), err);
	return rc < 0 ? rc : dw_client_remote(c, o->to, token, err);
}

static int import(const struct dw_command *cmd, const struct dw_args *a,
		  const struct import_opts *o)
{
	struct import *im = calloc(1, sizeof(*im));
	struct dw_client *c = NULL;
	int rc;

	DW_INVARIANT(im != NULL);
	dw_buf_init(&im->line, LINE_LIMIT);
	rc = dw_mapping_create(&im->mapping, o->map, o->source, &im->err);
	if (rc < 0) {
		rc = dw_cli_usage(cmd, "%s", dw_err_text(&im->err));
	} else if (connect_to(&c, o, &a->conf, &im->err) < 0) {
		rc = dw_cli_fail(cmd, &im->err);
	} else {
		dw_sender_init(&im->sender, c);
		dw_progress_init(&im->progress);
		for (size_t i = 0; i < a->n_words && im->rc == 0; i++)
			import_file(im, a->words[i], o->format);
		dw_progress_end(&im->progress);
		dw_summary_print(&im->sender.tally, &im->progress, o->is_json);
		rc = im->sender.tally.refused > 0 ? DW_EXIT_FAILED : DW_EXIT_OK;
		if (im->rc < 0) {
			rc = dw_cli_fail(cmd, &im->err);
			fputs("It is safe to import the same file again: what is known is a "
			      "duplicate.\n",
			      stderr);
		}
		dw_sender_fini(&im->sender);
	}
	dw_client_close(c);
	dw_mapping_destroy(im->mapping);
	dw_buf_fini(&im->line);
	free(im);
	return rc;
}

static int check(const struct dw_command *cmd, const struct dw_args *a,
		 const struct import_opts *o)
{
	if (a->n_words == 0)
		return dw_cli_usage(cmd, "name a file, or - for standard input");
	if ((o->to == NULL) != (o->token_file == NULL))
		return dw_cli_usage(cmd, "--to and --token-file go together");
	if (o->format != NULL && strcmp(o->format, "csv") != 0 &&
	    strcmp(o->format, "jsonl") != 0)
		return dw_cli_usage(cmd, "--format is csv or jsonl");
	if (o->to == NULL && !dw_args_need_data(a, cmd))
		return DW_EXIT_USAGE;
	return 0;
}

static int run(const struct dw_command *cmd, int argc, char **argv)
{
	struct import_opts o = { NULL, NULL, NULL, NULL, NULL, false };
	const struct dw_opt opts[] = {
		{ "to", &o.to, NULL },	       { "token-file", &o.token_file, NULL },
		{ "map", &o.map, NULL },       { "source", &o.source, NULL },
		{ "format", &o.format, NULL }, { "json", NULL, &o.is_json },
		{ NULL, NULL, NULL },
	};
	struct dw_args a;
	int rc = dw_args_parse(&a, cmd, argc, argv, opts);

	if (rc == 0)
		rc = check(cmd, &a, &o);
	if (rc == 0)
		rc = import(cmd, &a, &o);
	dw_args_fini(&a);
	return rc;
}

const struct dw_command dw_cmd_import = {
	"import",
	run,
	"import FILE… --data DIR [--source NAME] [--map FIELD=COLUMN,…] [--format csv|jsonl]\n"
	"import FILE… --to URL --token-file FILE [the same]\n",
	"read mentions from JSONL (gzip too) or CSV files",
	"A file ending in .csv (or .csv.gz) is CSV with a header row, any other has one JSON\n"
	"object a line; gzip is seen by its first bytes; - is standard input. Names that are\n"
	"known: source, source_id or id, text, author or author.handle, followers, url, title,\n"
	"lang, posted_at or created_at, likes, reposts or retweets, replies, views, thread,\n"
	"in_reply_to or reply_to. Others are told with --map. Fields beyond these are kept.\n"
	"The same mention twice is one mention, so a file may be imported again.\n"
	"Exits 1 when something was refused; the first reasons are printed by file and line.\n\n"
	"Examples:\n"
	"  diwan import mentions.jsonl.gz --data ./room\n"
	"  diwan import reviews.csv --source appstore --map text=Review,source_id=Nr --data ./room\n"
	"  zcat *.gz | diwan import - --to https://room.example.org --token-file feeds.token",
};
