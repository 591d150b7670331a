/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * token.c - folded characters to tokens.
 *
 *  (1) A word is a run of letters and digits; `_` and every other sign separates. One emoji is
 *      one token.
 *  (2) Parts joined by ZWNJ are one word, spelled together; a text is found by each part, too.
 *  (3) Persian writes می and نمی before a verb, and ها, های, تر … behind a noun, joined, with ZWNJ
 *      or with a blank. A text with the blank has both words and the joined one; a query of
 *      that shape asks for the joined one only. So all three spellings find each other.
 *  (4) #tag is one token with its `#` and `_`, beside its words (CamelCase is split); @name is
 *      one beside the name. A query for either asks for exactly that.
 *  (5) Each Arabic-script word has an alias without affixes at its position (affix.c).
 */
#include "text/token.h"

#include "affix_int.h"
#include "fold_int.h"

#include <stdlib.h>

enum item_kind { ITEM_WORD, ITEM_EMOJI, ITEM_TAG };

/* A word, an emoji, or a tag that is followed by its words. Units [first, end). */
struct item {
	uint8_t kind;
	bool in_tag;
	bool is_after_blank; /* exactly one blank between the item before and this */
	bool is_compound;    /* has a ZWNJ inside */
	uint32_t first, end;
};

struct items {
	struct item *at; /* owned */
	size_t n, cap;
};

struct run {
	enum dw_token_mode mode;
	dw_token_fn fn;
	void *data;
	const struct units *u;
	struct items items;
	int rc;
	/* What is being spelled. Here, because compilers that clear automatic variables would clear
	 * them for every word. */
	char text[DW_TOKEN_MAX + 8], other[DW_TOKEN_MAX + 8];
};

static struct item *add_item(struct run *r, enum item_kind kind, size_t first, size_t end)
{
	struct items *l = &r->items;

	if (l->n == l->cap) {
		l->cap = l->cap > 0 ? l->cap * 2 : 128;
		l->at = realloc(l->at, l->cap * sizeof(l->at[0]));
		DW_INVARIANT(l->at != NULL);
	}
	l->at[l->n] = (struct item){ .kind = (uint8_t)kind,
				     .first = (uint32_t)first,
				     .end = (uint32_t)end };
	return &l->at[l->n++];
}

/* ---- units to items ---- */

/* i: up to the number of units; behind the last there is a separator. */
static const struct unit *unit_at(const struct run *r, size_t i)
{
	return &r->u->at[i];
}

/* Behind the word that starts at i: letters, digits, and ZWNJs that stand between them. */
static size_t word_end(const struct run *r, size_t i, bool *is_compound)
{
	*is_compound = false;
	for (;;) {
		size_t k = i;

		while (unit_in_word(unit_at(r, i)))
			i++;
		for (k = i; unit_at(r, k)->kind == UNIT_JOINER;)
			k++;
		if (k == i || !unit_in_word(unit_at(r, k)))
			return i;
		*is_compound = true;
		i = k;
	}
}

static bool in_tag(const struct unit *u)
{
	return unit_in_word(u) || u->kind == UNIT_UNDERSCORE || u->kind == UNIT_JOINER;
}

/* In CamelCase a capital behind a small letter starts a word. */
static size_t camel_end(const struct run *r, size_t i, size_t end)
{
	for (i++; i < end; i++)
		if (r->u->at[i].is_upper && !r->u->at[i - 1].is_upper &&
		    r->u->at[i - 1].script == SCRIPT_LATIN)
			break;
	return i;
}

/* The words of units [at, end) of a tag; they are one when they are joined by ZWNJ. */
static void add_tag_words(struct run *r, size_t at, size_t end, bool is_hash,
			  bool is_compound)
{
	while (at < end) {
		size_t part = is_hash && !is_compound ? camel_end(r, at, end) : end;
		struct item *w = add_item(r, ITEM_WORD, at, part);

		w->in_tag = true;
		w->is_compound = is_compound;
		at = part;
	}
}

/* The tag or name at i, and its words. Returns the unit behind it. */
static size_t scan_tag(struct run *r, size_t i)
{
	size_t end = i + 1, at = i + 1;
	bool is_hash = r->u->at[i].kind == UNIT_HASH;

	while (in_tag(unit_at(r, end)))
		end++;
	while (end > i + 1 && unit_at(r, end - 1)->kind == UNIT_JOINER)
		end--;
	add_item(r, ITEM_TAG, i, end);
	while (at < end) {
		bool is_compound;
		size_t stop;

		if (!unit_in_word(unit_at(r, at))) {
			at++;
			continue;
		}
		stop = word_end(r, at, &is_compound);
		add_tag_words(r, at, stop, is_hash, is_compound);
		at = stop;
	}
	return end;
}

static bool starts_tag(const struct run *r, size_t i)
{
	size_t k = i + 1;

	if (i > 0 && r->u->at[i].kind == UNIT_AT && unit_in_word(unit_at(r, i - 1)))
		return false; /* an address of mail */
	while (unit_at(r, k)->kind == UNIT_UNDERSCORE)
		k++;
	return unit_in_word(unit_at(r, k));
}

static size_t flag_end(const struct run *r, size_t i)
{
	uint32_t c = r->u->at[i].c, next = unit_at(r, i + 1)->c;

	return c >= 0x1f1e6 && c <= 0x1f1ff && next >= 0x1f1e6 && next <= 0x1f1ff ? i + 2
										  : i + 1;
}

static void scan(struct run *r)
{
	size_t last_end = 0;

	for (size_t i = 0; i < r->u->n;) {
		const struct unit *x = &r->u->at[i];
		struct item *item;

		if ((x->kind == UNIT_HASH || x->kind == UNIT_AT) && starts_tag(r, i)) {
			i = scan_tag(r, i);
			last_end = 0;
		} else if (x->kind == UNIT_EMOJI) {
			item = add_item(r, ITEM_EMOJI, i, flag_end(r, i));
			i = item->end;
			last_end = 0;
		} else if (unit_in_word(x)) {
			bool is_compound;
			size_t end = word_end(r, i, &is_compound);

			item = add_item(r, ITEM_WORD, i, end);
			item->is_compound = is_compound;
			item->is_after_blank = last_end != 0 && last_end + 1 == i &&
					       unit_at(r, last_end)->is_space;
			last_end = i = end;
		} else {
			i++;
		}
	}
}

/* ---- items to tokens ---- */

/* Spell units [i, end) of the kinds that belong to a token; cut at DW_TOKEN_MAX. */
static size_t spell(const struct run *r, size_t i, size_t end, bool is_tag, char *out,
		    size_t n)
{
	for (; i < end && n + 4 <= DW_TOKEN_MAX; i++) {
		const struct unit *x = &r->u->at[i];

		if (x->kind == UNIT_JOINER || (!is_tag && x->kind == UNIT_UNDERSCORE))
			continue;
		if (x->c < 0x80)
			out[n++] = (char)x->c;
		else
			n += dw_utf8_put(x->c, out + n);
	}
	return n;
}

static void emit(struct run *r, const char *p, size_t n, size_t first, size_t end,
		 unsigned flags)
{
	struct dw_token t = {
		{ p, n }, r->u->at[first].from, r->u->at[end - 1].to, flags
	};

	if (r->rc == 0 && n > 0)
		r->rc = r->fn(r->data, &t);
}

static bool is_arabic(const struct run *r, size_t i, size_t end)
{
	for (; i < end; i++)
		if (unit_in_word(&r->u->at[i]) && r->u->at[i].script != SCRIPT_ARABIC)
			return false;
	return true;
}

/* The surface of units [a, a_end) and [b, b_end), and its alias. */
static void emit_word(struct run *r, const struct item *a, const struct item *b,
		      unsigned flags)
{
	char *word = r->text + 1;
	size_t end = b != NULL ? b->end : a->end;
	size_t n = spell(r, a->first, a->end, false, word, 0);
	struct dw_str stem;

	if (b != NULL)
		n = spell(r, b->first, b->end, false, word, n);
	emit(r, word, n, a->first, end, flags);
	if (!is_arabic(r, a->first, end))
		return;
	stem = affix_strip(dw_str_make(word, n));
	memmove(word, stem.p, stem.n);
	r->text[0] = DW_TOKEN_ALIAS_MARK;
	emit(r, r->text, stem.n + 1, a->first, end,
	     DW_TOKEN_COLOCATED | DW_TOKEN_IS_ALIAS |
		     (stem.n == n ? DW_TOKEN_IS_SAME : 0u));
}

static void emit_tag(struct run *r, const struct item *tag, unsigned flags)
{
	emit(r, r->text, spell(r, tag->first, tag->end, true, r->text, 0), tag->first,
	     tag->end, flags);
}

/* Rule 2: the parts of a compound, at its position. */
static void emit_parts(struct run *r, const struct item *w)
{
	for (size_t i = w->first; i < w->end;) {
		size_t end = i;

		while (end < w->end && r->u->at[end].kind != UNIT_JOINER)
			end++;
		if (end > i)
			emit(r, r->text, spell(r, i, end, false, r->text, 0), i, end,
			     DW_TOKEN_COLOCATED);
		i = end + 1;
	}
}

/* A quick no for most: مي and نمي end in ي, what joins behind begins with ه or ت. */
static bool may_join(const struct run *r, const struct item *a, const struct item *b)
{
	uint32_t begin = r->u->at[b->first].c;

	return (a->end - a->first <= 3 && r->u->at[a->end - 1].c == 0x64a) ||
	       (b->end - b->first <= 6 && (begin == 0x647 || begin == 0x62a));
}

/* Rule 3: do these two belong together? */
static bool joins(struct run *r, const struct item *a, const struct item *b)
{
	if (!b->is_after_blank || b->kind != ITEM_WORD || a->in_tag || b->in_tag ||
	    !may_join(r, a, b) || !is_arabic(r, a->first, b->end))
		return false;
	return affix_joins(
		dw_str_make(r->text, spell(r, a->first, a->end, false, r->text, 0)),
		dw_str_make(r->other, spell(r, b->first, b->end, false, r->other, 0)));
}

static void emit_query(struct run *r)
{
	for (size_t i = 0; i < r->items.n && r->rc == 0; i++) {
		const struct item *x = &r->items.at[i];
		const struct item *next = i + 1 < r->items.n ? x + 1 : NULL;

		if (x->kind == ITEM_WORD && next != NULL && joins(r, x, next)) {
			emit_word(r, x, next, 0);
			i++;
		} else if (x->kind == ITEM_WORD) {
			emit_word(r, x, NULL, 0);
		} else {
			emit_tag(r, x, x->kind == ITEM_EMOJI ? DW_TOKEN_IS_EMOJI : 0);
			while (x->kind == ITEM_TAG && i + 1 < r->items.n &&
			       r->items.at[i + 1].in_tag &&
			       r->items.at[i + 1].first < x->end)
				i++;
		}
	}
}

static void emit_text(struct run *r)
{
	const struct item *tag = NULL;

	for (size_t i = 0; i < r->items.n && r->rc == 0; i++) {
		const struct item *x = &r->items.at[i];

		if (x->kind == ITEM_TAG) {
			tag = x;
			continue;
		}
		if (x->kind == ITEM_EMOJI) {
			emit_tag(r, x, DW_TOKEN_IS_EMOJI);
			continue;
		}
		emit_word(r, x, NULL, 0);
		if (x->is_compound)
			emit_parts(r, x);
		if (tag != NULL)
			emit_tag(r, tag, DW_TOKEN_COLOCATED);
		tag = NULL;
		if (i + 1 < r->items.n && joins(r, x, x + 1))
			emit_word(r, x, x + 1, DW_TOKEN_COLOCATED);
	}
}

int dw_tokenize(struct dw_str text, enum dw_token_mode mode, dw_token_fn fn, void *data)
{
	struct units units = { NULL, 0, 0 };
	struct run r = { .mode = mode, .fn = fn, .data = data, .u = &units };

	fold_text(&units, text);
	scan(&r);
	if (mode == DW_TOKENS_OF_QUERY)
		emit_query(&r);
	else
		emit_text(&r);
	free(r.items.at);
	fold_free(&units);
	return r.rc;
}
