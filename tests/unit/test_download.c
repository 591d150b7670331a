/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_download.c - a file on its way out, whose reader goes and whose server ends.
 */
#include "apirig.h"

#include <sqlite3.h>

#include <arpa/inet.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE (1u << 20)

static struct apirig rig;
static struct apirig_reply re;
static char token[64];
static sem_t gate;

static int dial(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)rig.port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

static void send_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t sent = write(fd, p, n);

		assert_true(sent > 0);
		p += sent;
		n -= (size_t)sent;
	}
}

/* The head of an answer, byte by byte; returns the status. */
static int read_head(int fd)
{
	char text[4096];
	size_t n = 0;
	int status = 0;

	do {
		assert_true(n + 1 < sizeof(text) && read(fd, text + n, 1) == 1);
		text[++n] = '\0';
	} while (strstr(text, "\r\n\r\n") == NULL);
	assert_int_equal(sscanf(text, "HTTP/1.1 %d", &status), 1);
	return status;
}

static void upload(unsigned long long room)
{
	static char bytes[SIZE];
	char head[512];
	int fd = dial();
	int n = snprintf(head, sizeof(head),
			 "POST /api/v1/incidents/%llu/files?name=a HTTP/1.1\r\n"
			 "Host: 127.0.0.1:%d\r\n%sContent-Length: %u\r\n\r\n",
			 room, rig.port, apirig_bearer(token, "Content-Type: a/b\r\n"),
			 SIZE);

	send_all(fd, head, (size_t)n);
	send_all(fd, bytes, sizeof(bytes));
	assert_int_equal(read_head(fd), 201);
	close(fd);
}

static long long ask_db(const char *sql)
{
	char path[128];
	sqlite3 *db;
	sqlite3_stmt *q;
	long long n;

	snprintf(path, sizeof(path), "%s/diwan.db", rig.folder);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(db);
	return n;
}

/* ---- every thread that reads further parts waits at the gate ---- */

static struct dw_work blocks[2];

static void wait_on_pool(struct dw_work *w, void *local)
{
	(void)w;
	(void)local;
	sem_wait(&gate);
}

static void on_waited(struct dw_work *w)
{
	(void)w;
}

static void block(struct dw_engine *e, void *data)
{
	(void)data;
	for (size_t i = 0; i < 2; i++) {
		blocks[i].run_on_pool = wait_on_pool;
		blocks[i].on_done = on_waited;
		assert_int_equal(dw_pool_submit(dw_engine_past(e), &blocks[i]), 0);
	}
}

static void turn(struct dw_engine *e, void *data)
{
	(void)e;
	(void)data;
}

static void open_gate(void)
{
	sem_post(&gate);
	sem_post(&gate);
}

/* The part comes when neither the reader nor the api is there any more. */
static void the_last_part_read_is_nobodys(void **state)
{
	unsigned long long room;
	char head[512], byte;
	long long first;
	int fd, n;

	(void)state;
	apirig_token(&rig, "\"read\",\"act\"", token, sizeof(token), &re);
	apirig_ask(&rig, "POST", "/api/v1/incidents", apirig_bearer(token, APIRIG_JSON),
		   "{\"title\":\"x\",\"severity\":2}", &re);
	assert_int_equal(re.status, 201);
	assert_int_equal(sscanf(re.body, "{\"id\":%llu", &room), 1);
	upload(room);
	apirig_on_loop(&rig, block, NULL);
	n = snprintf(head, sizeof(head),
		     "GET /api/v1/incidents/%llu/files/%lld HTTP/1.1\r\n"
		     "Host: 127.0.0.1:%d\r\n%s\r\n",
		     room, ask_db("SELECT max(seq) FROM event"), rig.port,
		     apirig_bearer(token, ""));
	fd = dial();
	send_all(fd, head, (size_t)n);
	assert_int_equal(read_head(fd), 200);
	first = ask_db("SELECT length(bytes) FROM file_part WHERE n = 0");
	assert_true(first > 0 && first < SIZE);
	while (first-- > 0)
		assert_int_equal(read(fd, &byte, 1), 1);
	for (int i = 0; i < 3; i++) /* it has seen that all of it went out */
		apirig_on_loop(&rig, turn, NULL);
	close(fd);
	rig.on_api_gone = open_gate;
	apirig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_part_read_is_nobodys),
	};

	sem_init(&gate, 0, 0);
	apirig_start(&rig, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
