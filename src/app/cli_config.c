/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* cli_config.c - diwan check-config: are the settings valid, and what is in force. */
#include "cli_int.h"

#include <stdio.h>

static void print_all(const struct dw_config *c, bool is_json)
{
	static const char *const origins[] = { "default", "file", "environment", "flag" };
	json_t *list = json_array();

	for (size_t i = 0; i < DW_SETTING_COUNT; i++) {
		struct dw_setting s;

		dw_config_at(c, i, &s);
		if (is_json)
			json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s}", "name",
							      s.name, "value", s.value,
							      "origin", origins[s.origin],
							      "help", s.help));
		else
			printf("%-26s %-22s # %s: %s\n", s.name,
			       s.value[0] != '\0' ? s.value : "-", origins[s.origin],
			       s.help);
	}
	if (is_json) {
		json_t *o = json_pack("{s:o}", "items", list);

		json_dumpf(o, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(o);
	} else {
		json_decref(list);
	}
}

static int run(const struct dw_command *cmd, int argc, char **argv)
{
	bool is_json = false;
	const struct dw_opt opts[] = { { "json", NULL, &is_json }, { NULL, NULL, NULL } };
	struct dw_args a;
	int rc = dw_args_parse(&a, cmd, argc, argv, opts);

	if (rc == 0 && a.n_words > 0)
		rc = dw_cli_usage(cmd, "name the file as --config FILE");
	if (rc == 0)
		print_all(&a.conf, is_json);
	dw_args_fini(&a);
	return rc;
}

const struct dw_command dw_cmd_check_config = {
	"check-config",
	run,
	"check-config [--config FILE] [--json]\n",
	"check the settings and show what is in force",
	"Reads the file, then DIWAN_… variables, then flags; later ones win. Every mistake is\n"
	"named by its file and line, and the exit status is then 1.\n\n"
	"Example:\n"
	"  diwan check-config --config /etc/diwan.conf",
};
