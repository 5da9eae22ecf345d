/* web_reach: which addresses what we call for may lead to. Owns the table below and nothing else; what
 * calls judges a name where it has become an address (web_client, web_socket).
 *
 *   called for       sealed to  the internet   own network   loopback    plain to loopback
 *   outside                     yes            no            no          no
 *   inside                      yes            yes           yes         yes
 *
 * Sealed: by TLS. Link-local addresses (a cloud's metadata), multicast and the unspecified address are
 * nobody's; a family that is neither (there is none today) is nobody's as well. */

#include "common/web/web_reach.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/check.h"

static bool within(uint32_t address, uint32_t base, unsigned bits)
{
    return address >> (32 - bits) == base >> (32 - bits);
}

/* RFC 6890 and its registry: what is not of the whole world's. */
static enum web_reach reach_of_four(uint32_t address)
{
    static const struct {
        uint32_t base;
        unsigned bits;
        enum web_reach reach;
    } nets[] = {
        {0x00000000, 8, WEB_REACH_NOBODY},   /* this host; Linux connects 0.0.0.0 to itself */
        {0x7f000000, 8, WEB_REACH_LOOPBACK}, /* 127/8 */
        {0x0a000000, 8, WEB_REACH_OWN},      /* 10/8 */
        {0xac100000, 12, WEB_REACH_OWN},     /* 172.16/12 */
        {0xc0a80000, 16, WEB_REACH_OWN},     /* 192.168/16 */
        {0x64400000, 10, WEB_REACH_OWN},     /* 100.64/10, shared by carriers */
        {0xa9fe0000, 16, WEB_REACH_NOBODY},  /* 169.254/16, link-local */
        {0xc0000000, 24, WEB_REACH_NOBODY},  /* 192.0.0/24, protocols */
        {0xc0000200, 24, WEB_REACH_NOBODY},  /* documentation */
        {0xc6336400, 24, WEB_REACH_NOBODY},  {0xcb007100, 24, WEB_REACH_NOBODY},
        {0xc0586300, 24, WEB_REACH_NOBODY}, /* 192.88.99/24, old relays */
        {0xc6120000, 15, WEB_REACH_NOBODY}, /* 198.18/15, measurements */
        {0xe0000000, 3, WEB_REACH_NOBODY},  /* multicast, reserved, broadcast */
    };
    for (size_t index = 0; index < sizeof nets / sizeof nets[0]; index++) {
        if (within(address, nets[index].base, nets[index].bits)) {
            return nets[index].reach;
        }
    }
    return WEB_REACH_WORLD;
}

static uint32_t four_at(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* An address of IPv4 that is written as one of IPv6 is judged as what it is. */
static enum web_reach reach_of_six(const unsigned char *bytes)
{
    static const unsigned char zeros[12] = {0};
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    static const unsigned char translated[12] = {0, 0x64, 0xff, 0x9b};
    if (memcmp(bytes, mapped, sizeof mapped) == 0 ||
        memcmp(bytes, translated, sizeof translated) == 0) {
        return reach_of_four(four_at(bytes + 12));
    }
    if (memcmp(bytes, zeros, sizeof zeros) == 0) {
        return four_at(bytes + 12) == 1 ? WEB_REACH_LOOPBACK : WEB_REACH_NOBODY;
    }
    if ((bytes[0] & 0xfe) == 0xfc) {
        return WEB_REACH_OWN; /* fc00::/7 */
    }
    if (bytes[0] == 0x20 && bytes[1] == 0x02) {
        return WEB_REACH_NOBODY; /* 6to4 would hide any address of IPv4 */
    }
    if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 2) {
        return WEB_REACH_NOBODY; /* 2001::/23, Teredo among them */
    }
    if (memcmp(bytes, "\x20\x01\x0d\xb8", 4) == 0) {
        return WEB_REACH_NOBODY; /* documentation */
    }
    /* Only 2000::/3 has been given to anybody: link-local, site-local and multicast lie outside. */
    return (bytes[0] & 0xe0) == 0x20 ? WEB_REACH_WORLD : WEB_REACH_NOBODY;
}

enum web_reach web_reach_of(const struct sockaddr *address)
{
    CHECK(address != NULL);
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)address;
        return reach_of_four(ntohl(four->sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
        return reach_of_six(six->sin6_addr.s6_addr);
    }
    return WEB_REACH_NOBODY;
}

enum web_reach web_reach_of_text(const char *address)
{
    unsigned char bytes[16];
    CHECK(address != NULL);
    if (inet_pton(AF_INET, address, bytes) == 1) {
        return reach_of_four(four_at(bytes));
    }
    return inet_pton(AF_INET6, address, bytes) == 1 ? reach_of_six(bytes) : WEB_REACH_NOBODY;
}

bool web_reach_allowed(enum web_reach reach, bool inside, bool plain)
{
    if (plain) {
        return inside && reach == WEB_REACH_LOOPBACK;
    }
    return reach == WEB_REACH_WORLD || (inside && reach != WEB_REACH_NOBODY);
}
