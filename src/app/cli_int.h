/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_APP_CLI_INT_H
#define DW_APP_CLI_INT_H
/* What the commands share: options, settings, failing, tables. */
#include "app/config.h"
#include "client_int.h"

#include <jansson.h>

enum { DW_EXIT_OK = 0, DW_EXIT_FAILED = 1, DW_EXIT_USAGE = 2 };

/* One option of a command: a flag when `is_set` is given, else with a value. */
struct dw_opt {
	const char *name; /* "roles": --roles */
	const char **value;
	bool *is_set;
};

#define DW_WORDS_MAX 4096

/** Parsed command line: settings (file, environment, flags) and the words that are no options. */
struct dw_args {
	struct dw_config conf;
	const char *config_file; /* --config, or NULL */
	const char **words;
	size_t n_words;
	char **joined; /* values of options that came again */
	size_t n_joined;
};

struct dw_command {
	const char *name;
	int (*run)(const struct dw_command *self, int argc, char **argv);
	const char *usage;   /* one line behind "diwan " for each form, ended by \n */
	const char *summary; /* for the list */
	const char *help;    /* paragraphs and examples */
};

/**
 * Parse argv (behind the command's name). `opts` ends with a NULL name; settings are options too.
 * An option of `opts` that comes again adds to its list: --map a=b --map c=d is --map a=b,c=d.
 * Returns 0, or DW_EXIT_USAGE / DW_EXIT_FAILED after it has said why. --help prints and exits 0.
 */
DW_MUST_USE int dw_args_parse(struct dw_args *a, const struct dw_command *cmd, int argc,
			      char **argv, const struct dw_opt *opts);
void dw_args_fini(struct dw_args *a);
/** --data or the settings' `data`; false after saying that it is missing. */
bool dw_args_need_data(const struct dw_args *a, const struct dw_command *cmd);

/** "diwan NAME: text" on stderr; returns DW_EXIT_FAILED. */
int dw_cli_fail(const struct dw_command *cmd, const struct dw_err *err);
/** The same with how it is used; returns DW_EXIT_USAGE. */
int dw_cli_usage(const struct dw_command *cmd, const char *fmt, ...) DW_PRINTF(2, 3);
void dw_cli_print_usage(const struct dw_command *cmd, void *file);

/** The items of a list; NULL after saying why. Returns: to decref. */
json_t *dw_cli_list(const struct dw_command *cmd, struct dw_client *c, const char *path);

/* How a list is printed: what is asked, and a table for people. */
struct dw_table {
	const char *path, *head; /* head: its first line */
	void (*print_row)(json_t *item);
};

/** Print a list, or the server's own JSON of it; returns DW_EXIT_…. */
int dw_cli_print_list(const struct dw_command *cmd, struct dw_client *c,
		      const struct dw_table *t, bool is_json);
/**
 * Send a JSON body; the answer, to decref, or NULL after saying why. Takes `o`. Neither body is
 * left in memory: there may be a secret in them.
 */
json_t *dw_cli_send(const struct dw_command *cmd, struct dw_client *c,
		    struct dw_call call, json_t *o);
/**
 * Which of `verbs` (ends with NULL) the line begins with. The first one takes no name, the others
 * take one. -1 after saying what is wrong; `what` lists them for people.
 */
DW_MUST_USE int dw_cli_verb(const struct dw_command *cmd, const struct dw_args *a,
			    const char *const *verbs, const char *what);
/** Reach the room of --data (a server, or our own for this once), act, and let go of it. */
int dw_cli_with_room(const struct dw_command *cmd, const struct dw_args *a,
		     int (*act)(const struct dw_command *cmd, struct dw_client *c,
				const struct dw_args *a, const void *opts),
		     const void *opts);
/** The string, or "" when the member is none. */
const char *dw_cli_text(const json_t *o, const char *key);
/** Members of a JSON array of strings joined by commas into out. */
const char *dw_cli_join(const json_t *array, char *out, size_t size);
/** ["a","b"] from "a,b". Returns: to decref. */
json_t *dw_cli_split(const char *list);
/** Is each part of "a,b" a name that `bit` knows, and is there one? 0, or DW_EXIT_USAGE after saying
 *  what --`option` takes. list NULL: the option was not given, which is 0. */
DW_MUST_USE int dw_cli_check_names(const struct dw_command *cmd, const char *option,
				   const char *list, unsigned (*bit)(struct dw_str name),
				   const char *all);

/**
 * A password: asked twice without echo on a terminal, else the first line of standard input;
 * empty when there is none (then the server makes one). 0 or DW_E… with the reason.
 */
DW_MUST_USE int dw_password_read(char *out, size_t size, struct dw_err *err);

/* The commands. */
extern const struct dw_command dw_cmd_serve, dw_cmd_demo, dw_cmd_user, dw_cmd_token,
	dw_cmd_source, dw_cmd_import, dw_cmd_verify, dw_cmd_rebuild, dw_cmd_backup,
	dw_cmd_check_config;

#endif
