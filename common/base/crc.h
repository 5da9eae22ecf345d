/* crc: CRC-32 as in zlib, gzip and Ethernet, the checksum of every record. Records are short (60 to
 * 300 bytes) and every follower checks each of them, so this is worth the processor's carry-less
 * multiplication where there is one; the result is the same everywhere. */
#pragma once

#include <stddef.h>
#include <stdint.h>

uint32_t crc_of(const void *bytes, size_t size);
