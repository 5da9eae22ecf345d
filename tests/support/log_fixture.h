/* log_fixture: a log in a store of its own, and the tools to damage it. */
#pragma once

#include "common/store/evlog.h"
#include "scratch.h"

/* Offsets in a block: hash of the block before, own hash, checksum of the header. */
#define PREVIOUS_AT 24u
#define HASH_AT 56u
#define SUM_AT 88u

struct log_fixture {
    struct scratch scratch;
    struct store *store;
    struct evlog log;
    struct store_txn *txn; /* of the damage being done */
};

int log_setup(void **state);
int log_teardown(void **state);
/* One commit of count records "record <seq>". */
void log_commit(struct log_fixture *fixture, unsigned count, uint64_t now_ms);
enum rc log_verify(struct log_fixture *fixture, struct evlog_report *report);
enum rc log_load(struct log_fixture *fixture, struct evlog *log);
void log_check_text(const struct evlog_record *record, uint64_t seq);
size_t log_copy_block(struct log_fixture *fixture, uint64_t first_seq, unsigned char *bytes,
                      size_t size);
void log_damage_begin(struct log_fixture *fixture);
void log_damage_end(struct log_fixture *fixture);
void log_put_block(struct log_fixture *fixture, uint64_t key_seq, const unsigned char *bytes,
                   size_t size);
/* Makes hash and checksum of the header fit; or the checksum alone. */
void log_rehash(unsigned char *bytes, size_t size);
void log_resum(unsigned char *bytes);
/* Blocks 1..2, 3..4, 5..6. Every damage must be found, with the place and the word for it. */
void log_check_damage(struct log_fixture *fixture, uint64_t at, const char *what);
void log_three_blocks(struct log_fixture *fixture);
