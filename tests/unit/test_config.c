/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_config.c - settings: bounds, places of mistakes, and which of four sources wins. */
#include "app/config.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void on_error(void *ctx, const char *text)
{
	struct dw_buf *b = ctx;

	assert_int_equal(dw_buf_addf(b, "%s\n", text), 0);
}

static int read_text(struct dw_config *c, const char *text, struct dw_buf *errors)
{
	dw_buf_init(errors, 65536);
	assert_int_equal(dw_buf_addz(errors, ""), 0);
	return dw_config_text(c, "room.conf", dw_str_of(text), on_error, errors);
}

static void test_file(void **state)
{
	struct dw_config c;
	struct dw_buf errors;

	dw_config_init(&c);
	assert_int_equal(read_text(&c,
				   "# a comment\n\n listen = 0.0.0.0:80 # behind\r\n"
				   "streams-per-address=300\ndata = \"/srv/a room\"\n"
				   "public_url = https://room.example.org\n",
				   &errors),
			 0);
	assert_string_equal(c.listen, "0.0.0.0:80");
	assert_string_equal(c.data, "/srv/a room");
	assert_int_equal(c.streams_per_address, 300);
	assert_int_equal(c.max_connections, 20000);
	dw_buf_fini(&errors);
	dw_config_fini(&c);
}

static void test_switches(void **state)
{
	struct dw_config c;
	struct dw_buf errors;

	dw_config_init(&c);
	assert_false(c.allow_private_sources);
	assert_true(dw_config_is_switch(DW_STR("allow-private-sources")));
	assert_false(dw_config_is_switch(DW_STR("listen")));
	assert_false(dw_config_is_switch(DW_STR("nothing")));
	assert_int_equal(read_text(&c, "allow_private_sources = yes\n", &errors), 0);
	assert_true(c.allow_private_sources);
	dw_buf_fini(&errors);
	assert_int_equal(read_text(&c,
				   "allow_private_sources = maybe\n"
				   "allow_private_sources = off\n",
				   &errors),
			 1);
	assert_non_null(
		strstr(errors.p, "room.conf:1: allow_private_sources must be yes"));
	assert_false(c.allow_private_sources);
	dw_buf_fini(&errors);
	dw_config_fini(&c);
}

static void test_mistakes_have_a_place(void **state)
{
	struct dw_config c;
	struct dw_buf errors;

	dw_config_init(&c);
	assert_int_equal(
		read_text(&c,
			  "ring_mb = 0\nlisten\ncolour = red\nheartbeat_s = 15s\n"
			  "public_url = room.example.org/x\nlog_level = loud\n",
			  &errors),
		6);
	assert_non_null(strstr(errors.p, "room.conf:1: ring_mb must be a whole number"));
	assert_non_null(strstr(errors.p, "room.conf:2: "));
	assert_non_null(strstr(errors.p, "room.conf:3: there is no setting \"colour\""));
	assert_non_null(strstr(errors.p, "room.conf:4: "));
	assert_non_null(strstr(errors.p, "room.conf:5: public_url"));
	assert_non_null(strstr(errors.p, "room.conf:6: log_level"));
	assert_int_equal(c.ring_mb, 32);
	dw_buf_fini(&errors);
	dw_config_fini(&c);
}

static void test_environment(void **state)
{
	struct dw_config c;
	struct dw_buf errors;

	dw_config_init(&c);
	dw_buf_init(&errors, 65536);
	setenv("DIWAN_HEAD_MS", "700", 1);
	setenv("DIWAN_IDLE_MS", "soon", 1);
	assert_int_equal(dw_config_environment(&c, on_error, &errors), 1);
	unsetenv("DIWAN_HEAD_MS");
	unsetenv("DIWAN_IDLE_MS");
	assert_int_equal(c.head_ms, 700);
	assert_int_equal(c.idle_ms, 15000);
	assert_non_null(strstr(errors.p, "DIWAN_IDLE_MS"));
	dw_buf_fini(&errors);
	dw_config_fini(&c);
}

static void test_listing(void **state)
{
	struct dw_setting s;
	struct dw_config c;
	size_t found = 0;

	dw_config_init(&c);
	assert_int_equal(dw_config_set(&c, DW_STR("ring-mb"), DW_STR("64"), DW_FROM_FLAG,
				       NULL),
			 0);
	for (size_t i = 0; i < DW_SETTING_COUNT; i++) {
		dw_config_at(&c, i, &s);
		assert_true(s.help[0] != '\0');
		if (strcmp(s.name, "ring_mb") == 0) {
			assert_string_equal(s.value, "64");
			assert_int_equal(s.origin, DW_FROM_FLAG);
			found++;
		}
	}
	assert_int_equal(found, 1);
	dw_config_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_switches),
		cmocka_unit_test(test_mistakes_have_a_place),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_listing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
