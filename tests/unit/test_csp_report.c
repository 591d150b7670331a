/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_csp_report.c - how many reports a minute are looked at, with the clock played. */
#include "httpfake.h"

#include "base/log.h"
#include "enginerig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define REPORT "{\"csp-report\":{\"blocked-uri\":\"eval\"}}"

struct rig {
	struct enginerig e;
	struct dw_api *api;
};

static const struct dw_principal nobody = { .kind = DW_NOBODY };

static int send_one(struct rig *r)
{
	struct fake_req f;
	int status;

	fake_init(&f, DW_POST, "/csp-report", &nobody, REPORT);
	fake_call(&f, r->api);
	status = f.status;
	fake_fini(&f);
	return status;
}

static unsigned taken_of(struct rig *r, unsigned n)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < n; i++) {
		int status = send_one(r);

		assert_true(status == 204 || status == 429);
		taken += status == 204;
	}
	return taken;
}

static void each_minute_has_its_own(void **state)
{
	const struct dw_api_conf conf = { .heartbeat_s = 15 };
	static struct rig r;

	dw_log_set_level(DW_LOG_ERROR);
	enginerig_open(&r.e, NULL);
	assert_int_equal(dw_api_create(&r.api, r.e.engine, r.e.timers, &r.e.loop, NULL,
				       &conf, NULL),
			 0);
	assert_int_equal(taken_of(&r, 200), 120);
	enginerig_advance(&r.e, 59);
	assert_int_equal(taken_of(&r, 10), 0);
	enginerig_advance(&r.e, 1);
	assert_int_equal(taken_of(&r, 50), 50);
	enginerig_advance(&r.e, 59);
	assert_int_equal(taken_of(&r, 100), 70);
	enginerig_advance(&r.e, 3600);
	assert_int_equal(taken_of(&r, 200), 120);
	dw_api_destroy(r.api);
	enginerig_close(&r.e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_minute_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
