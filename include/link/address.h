/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_LINK_ADDRESS_H
#define DW_LINK_ADDRESS_H
/* Which addresses of the network may be asked by a server that strangers can send somewhere. */
#include <stdbool.h>
#include <sys/socket.h>

/**
 * Is it an address of the public Internet? False for private, loop-back, link-local (metadata
 * services), multicast, documentation and reserved ones, in IPv4, in IPv6, and in IPv6 that carries
 * IPv4 (mapped, NAT64, 6to4, Teredo); false for all that is neither.
 */
bool dw_address_is_public(const struct sockaddr *sa);
/** As text into out[64], without port; returns out. */
char *dw_address_text(const struct sockaddr *sa, char *out);

#endif
