/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * cli_store.c - diwan verify, rebuild, backup: what is done to the data folder as a whole.
 *
 * verify reads the file itself and needs no server's word for it; it works beside a running one.
 * rebuild needs the folder for itself. A backup is made by whoever serves the folder, because
 * that it was made belongs into the journal.
 */
#include "cli_int.h"

#include "engine/projection.h"
#include "engine/verifier.h"
#include "store/journal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void on_progress(uint64_t n, uint64_t total)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%llu of %llu events, %llu %%", (unsigned long long)n,
			(unsigned long long)total,
			(unsigned long long)(total > 0 ? n * 100 / total : 100));
}

static void end_progress(void)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%40s\r", "");
}

static void print_report(const struct dw_verify_report *r, bool is_json, bool is_good)
{
	char root[2 * DW_HASH_SIZE + 1];
	json_t *o;

	dw_hex(root, r->root, DW_HASH_SIZE);
	if (is_json) {
		o = json_pack("{s:b,s:I,s:I,s:I,s:I,s:I,s:s,s:I,s:s}", "good",
			      (int)is_good, "events", (json_int_t)r->events, "erased",
			      (json_int_t)r->erased, "bytes", (json_int_t)r->bytes,
			      "files", (json_int_t)r->files, "file_bytes",
			      (json_int_t)r->file_bytes, "root", root, "first_bad",
			      (json_int_t)r->first_bad, "what", r->what);
		json_dumpf(o, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(o);
	} else if (is_good) {
		printf("%llu events, %llu of them erased, %llu bytes, and %llu files of "
		       "%llu bytes: every hash is right\nroot %s\n",
		       (unsigned long long)r->events, (unsigned long long)r->erased,
		       (unsigned long long)r->bytes, (unsigned long long)r->files,
		       (unsigned long long)r->file_bytes, root);
	} else {
		printf("the first thing wrong is at event %llu: %s\n",
		       (unsigned long long)r->first_bad, r->what);
	}
}

static int run_verify(const struct dw_command *cmd, int argc, char **argv)
{
	bool is_json = false;
	const struct dw_opt opts[] = { { "json", NULL, &is_json }, { NULL, NULL, NULL } };
	struct dw_verify_report report;
	struct dw_args a;
	struct dw_err err;
	int rc = dw_args_parse(&a, cmd, argc, argv, opts), status;

	memset(&report, 0, sizeof(report));
	if (rc == 0 && a.n_words > 0)
		rc = dw_cli_usage(cmd, "there is nothing to name here but --data");
	if (rc == 0 && !dw_args_need_data(&a, cmd))
		rc = DW_EXIT_USAGE;
	if (rc == 0) {
		status = dw_store_verify(a.conf.data, &report, &dw_verifier_checks,
					 on_progress, &err);
		end_progress();
		if (status == 0 || report.what[0] != '\0')
			print_report(&report, is_json, status == 0);
		if (status < 0)
			rc = report.what[0] != '\0' ? DW_EXIT_FAILED
						    : dw_cli_fail(cmd, &err);
	}
	dw_args_fini(&a);
	return rc;
}

const struct dw_command dw_cmd_verify = {
	"verify",
	run_verify,
	"verify [--json] --data DIR\n",
	"recompute every hash of the journal",
	"Recomputes the commitment of every payload, every leaf and the tree, checks that the\n"
	"numbers and times are in order, that raw input is what it was and that every file has\n"
	"the SHA-256 that its event says. Names the first\n"
	"thing wrong and exits 1. Works while the server runs; changes nothing.\n\n"
	"Example:\n"
	"  diwan verify --data ./room",
};

static void on_view_progress(void *ctx, uint64_t n, uint64_t total)
{
	(void)ctx;
	on_progress(n, total);
}

static int rebuild(const struct dw_command *cmd, const char *dir)
{
	struct dw_projector p = dw_projection();
	struct dw_err err;
	int lock, rc;

	if (access(dir, F_OK) < 0) {
		(void)dw_fail(&err, DW_ENOTFOUND, "%s: %s", dir, strerror(errno));
		return dw_cli_fail(cmd, &err);
	}
	rc = dw_store_lock(dir, &lock, &err);
	if (rc == DW_ELOCKED)
		(void)dw_wrap(&err, rc, "stop the server first");
	if (rc < 0)
		return dw_cli_fail(cmd, &err);
	p.on_progress = on_view_progress;
	rc = dw_store_rebuild(dir, &p, &err);
	end_progress();
	close(lock);
	if (rc < 0)
		return dw_cli_fail(cmd, &err);
	printf("every view is rebuilt\n");
	return DW_EXIT_OK;
}

static int run_rebuild(const struct dw_command *cmd, int argc, char **argv)
{
	struct dw_args a;
	int rc = dw_args_parse(&a, cmd, argc, argv, NULL);

	if (rc == 0 && a.n_words > 0)
		rc = dw_cli_usage(cmd, "there is nothing to name here but --data");
	if (rc == 0 && !dw_args_need_data(&a, cmd))
		rc = DW_EXIT_USAGE;
	if (rc == 0)
		rc = rebuild(cmd, a.conf.data);
	dw_args_fini(&a);
	return rc;
}

const struct dw_command dw_cmd_rebuild = {
	"rebuild",
	run_rebuild,
	"rebuild --data DIR\n",
	"make every view anew from the journal",
	"Drops what can be derived (lists, search) and derives it again. Accounts' secrets and\n"
	"the journal itself are not touched. The server must not run; it does the same by\n"
	"itself when a new version needs it.\n\n"
	"Example:\n"
	"  diwan rebuild --data ./room",
};

/* The server has another current folder than we have. */
static char *absolute(const char *path)
{
	char cwd[PATH_MAX], *out = NULL;

	if (path[0] == '/')
		return strdup(path);
	if (getcwd(cwd, sizeof(cwd)) == NULL || asprintf(&out, "%s/%s", cwd, path) < 0)
		return NULL;
	return out;
}

static int backup(const struct dw_command *cmd, struct dw_client *c,
		  const struct dw_args *a, const void *opts)
{
	const struct dw_call call = { .method = "POST", .path = "/control/backup" };
	char *path = absolute(a->words[0]);
	json_t *o = json_pack("{s:s}", "dest", path != NULL ? path : "");
	struct dw_err err;

	(void)opts;
	free(path);
	if (o == NULL) {
		(void)dw_fail(&err, DW_EINVAL, "the name of the copy must be UTF-8");
		return dw_cli_fail(cmd, &err);
	}
	o = dw_cli_send(cmd, c, call, o);
	if (o == NULL)
		return DW_EXIT_FAILED;
	printf("%s: %lld events, root %s\n", dw_cli_text(o, "file"),
	       (long long)json_integer_value(json_object_get(o, "events")),
	       dw_cli_text(o, "root"));
	json_decref(o);
	return DW_EXIT_OK;
}

static int run_backup(const struct dw_command *cmd, int argc, char **argv)
{
	struct dw_args a;
	int rc = dw_args_parse(&a, cmd, argc, argv, NULL);

	if (rc == 0 && a.n_words != 1)
		rc = dw_cli_usage(cmd, "say where the copy goes");
	if (rc == 0 && !dw_args_need_data(&a, cmd))
		rc = DW_EXIT_USAGE;
	if (rc == 0)
		rc = dw_cli_with_room(cmd, &a, backup, NULL);
	dw_args_fini(&a);
	return rc;
}

const struct dw_command dw_cmd_backup = {
	"backup",
	run_backup,
	"backup DEST --data DIR\n",
	"a consistent copy while serving",
	"DEST is a file that does not exist yet. The copy is checked (integrity and the root of\n"
	"its tree) before it gets its name, and that it was made is an event in the journal.\n"
	"To restore, put it as DIR/diwan.db into an empty folder, with DIR/identity.key, which\n"
	"is kept outside the database on purpose: keep a copy of it elsewhere.\n\n"
	"Example:\n"
	"  diwan backup /srv/copies/room-monday.db --data ./room",
};
