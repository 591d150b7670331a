/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * address.c - the public Internet, by the registries of special addresses (RFC 6890 and what was
 * added to it).
 *
 * Asked at the moment of connecting, about the very address that is connected to: neither a
 * name that resolves to something else the second time, nor a redirect, nor an odd spelling
 * ("0x7f.1") gets past it. IPv6 is a list of what is public, IPv4 of what is not.
 */
#include "link/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool is_public4(uint32_t a)
{
	static const struct {
		uint32_t net;
		unsigned bits;
	} special[] = {
		{ 0x00000000, 8 },  /* this network */
		{ 0x0a000000, 8 },  /* private */
		{ 0x64400000, 10 }, /* behind a provider's NAT */
		{ 0x7f000000, 8 },  /* loop-back */
		{ 0xa9fe0000, 16 }, /* link-local, metadata services */
		{ 0xac100000, 12 }, /* private */
		{ 0xc0000000, 24 }, /* protocol assignments */
		{ 0xc0000200, 24 }, /* documentation */
		{ 0xc0586300, 24 }, /* 6to4 relays */
		{ 0xc0a80000, 16 }, /* private */
		{ 0xc6120000, 15 }, /* benchmarks */
		{ 0xc6336400, 24 }, /* documentation */
		{ 0xcb007100, 24 }, /* documentation */
		{ 0xe0000000, 4 },  /* multicast */
		{ 0xf0000000, 4 },  /* reserved, broadcast */
	};

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if ((a ^ special[i].net) >> (32 - special[i].bits) == 0)
			return false;
	return true;
}

static uint32_t read32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool is_public6(const uint8_t a[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	uint32_t first = read32(a);

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return is_public4(read32(a + 12));
	if (first >> 29 != 1) /* 2000::/3 is what is given out */
		return false;
	return first >> 9 != 0x20010000 >> 9 && /* 2001::/23: Teredo and more */
	       first != 0x20010db8 &&		/* documentation */
	       first >> 16 != 0x2002 &&		/* 6to4 */
	       first >> 12 != 0x3fff0;		/* documentation */
}

bool dw_address_is_public(const struct sockaddr *sa)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		return is_public4(ntohl(v4.sin_addr.s_addr));
	}
	if (sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof(v6));
		return is_public6(v6.sin6_addr.s6_addr);
	}
	return false;
}

char *dw_address_text(const struct sockaddr *sa, char *out)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	snprintf(out, 64, "?");
	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		(void)inet_ntop(AF_INET, &v4.sin_addr, out, 64);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof(v6));
		(void)inet_ntop(AF_INET6, &v6.sin6_addr, out, 64);
	}
	return out;
}
