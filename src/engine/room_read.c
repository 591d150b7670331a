/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_read.c - who has read a closed room: a room.read event, once an hour for each.
 *
 * It is for those who look after security, so it belongs to no room and stands on no timeline.
 * Reading does not wait for it: an entry that could not be written is tried again with the next
 * look.
 */
#include "room_int.h"

#include <stdio.h>
#include <stdlib.h>

#define HOUR_US INT64_C(3600000000)

struct room_reader {
	struct dw_append append;
	struct dw_record rec;
	int64_t hour; /* that was recorded last, or is on its way */
	bool is_busy;
};

static void on_noted(struct dw_append *a)
{
	struct room_reader *r = DW_CONTAINER_OF(a, struct room_reader, append);

	dw_blob_unref(r->rec.payload);
	r->is_busy = false;
	if (a->status < 0)
		r->hour = -1;
}

static struct room_reader *find(struct dw_rooms *rooms, uint64_t room, uint64_t user)
{
	uint64_t key[2] = { room, user };
	struct dw_str k = dw_str_make((const char *)key, sizeof(key));
	struct room_reader *r = dw_map_get(rooms->readers, k);

	if (r == NULL) {
		r = calloc(1, sizeof(*r));
		DW_INVARIANT(r != NULL);
		r->hour = -1;
		(void)dw_map_put(rooms->readers, k, r);
	}
	return r;
}

void dw_rooms_note_read(struct dw_rooms *rooms, const struct dw_principal *who,
			const struct dw_incident *s)
{
	int64_t hour = dw_now_us(dw_engine_clock(rooms->engine)) / HOUR_US;
	const struct dw_event_info *info = dw_event_info(DW_EV_ROOM_READ);
	struct room_reader *r;
	char text[48];
	int n;

	if (!s->is_restricted)
		return;
	r = find(rooms, s->id, who->id);
	if (r->hour == hour || r->is_busy)
		return;
	n = snprintf(text, sizeof(text), "{\"incident\":%llu}",
		     (unsigned long long)s->id);
	memset(&r->append, 0, sizeof(r->append));
	memset(&r->rec, 0, sizeof(r->rec));
	r->rec.type = info->name;
	r->rec.type_version = (uint16_t)info->version;
	r->rec.actor = who->id;
	r->rec.payload = dw_blob_new(text, (size_t)n);
	dw_random(dw_engine_clock(rooms->engine), r->rec.command, sizeof(r->rec.command));
	r->append.recs = &r->rec;
	r->append.n = 1;
	r->append.cb = on_noted;
	r->hour = hour;
	r->is_busy = true;
	if (dw_engine_append(rooms->engine, &r->append) < 0) {
		r->append.status = DW_EIO;
		on_noted(&r->append);
	}
}

void room_readers_free(struct dw_rooms *rooms)
{
	struct dw_str key;
	void *value;

	for (size_t it = 0; dw_map_next(rooms->readers, &it, &key, &value);)
		free(value);
	dw_map_destroy(rooms->readers);
}
