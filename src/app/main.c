/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * main.c - which command it is. Everything else is in the file of the command.
 *
 * Exit status: 0 done, 1 refused or failed, 2 used wrongly.
 */
#include "cli_int.h"

#include <curl/curl.h>
#include <malloc.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

static const struct dw_command *const commands[] = {
	&dw_cmd_serve,	 &dw_cmd_demo,	       &dw_cmd_user,   &dw_cmd_token,
	&dw_cmd_source,	 &dw_cmd_import,       &dw_cmd_verify, &dw_cmd_backup,
	&dw_cmd_rebuild, &dw_cmd_check_config,
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_overview(FILE *f)
{
	fputs("Diwan, a crisis-response war room in one program.\n\n"
	      "usage: diwan COMMAND [OPTION…]\n\n",
	      f);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(f, "  %-13s %s\n", commands[i]->name, commands[i]->summary);
	fputs("  version       the version of this program\n"
	      "  help          this, or `diwan help COMMAND`\n\n"
	      "Try it:     diwan demo\n"
	      "For real:   diwan serve --data ./room\n"
	      "            diwan user add sara --roles admin,lead --data ./room\n"
	      "            diwan token add feeds --scope ingest --data ./room\n"
	      "            diwan import mentions.jsonl.gz --data ./room\n",
	      f);
}

static const struct dw_command *find(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static int help(int argc, char **argv)
{
	const struct dw_command *cmd = argc > 2 ? find(argv[2]) : NULL;

	if (argc > 2 && cmd == NULL) {
		fprintf(stderr, "diwan: there is no command \"%s\"\n", argv[2]);
		return DW_EXIT_USAGE;
	}
	if (cmd != NULL)
		dw_cli_print_usage(cmd, stdout);
	else
		print_overview(stdout);
	return DW_EXIT_OK;
}

/*
 * The writer's memory grows with each batch and is free again after it. glibc would give the top
 * of a thread's arena back to the kernel each time, only to fault it in anew for the next batch:
 * strace counted 80 calls of mprotect a commit.
 */
static void keep_memory(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_TRIM_THRESHOLD, 8 << 20);
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct dw_command *cmd;

	keep_memory();
	umask(077); /* what we make is ours alone */
	if (name == NULL) {
		print_overview(stderr);
		return DW_EXIT_USAGE;
	}
	if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 ||
	    strcmp(name, "-h") == 0)
		return help(argc, argv);
	if (strcmp(name, "version") == 0 || strcmp(name, "--version") == 0) {
		puts("diwan " DW_VERSION);
		return DW_EXIT_OK;
	}
	cmd = find(name);
	if (cmd == NULL) {
		fprintf(stderr,
			"diwan: there is no command \"%s\"; `diwan help` lists them\n",
			name);
		return DW_EXIT_USAGE;
	}
	if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		fputs("diwan: libsodium or libcurl cannot be used here\n", stderr);
		return DW_EXIT_FAILED;
	}
	return cmd->run(cmd, argc - 2, argv + 2);
}
