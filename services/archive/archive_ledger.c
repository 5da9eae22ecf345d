/* archive_ledger: double entry. Owns the tables `claim`, `account`, `entry`, `person`, `award`, `often`, `earner`.
 *
 * What must stay true: an entry moves one amount out of one account and into another, so that all accounts
 * together are zero whatever happened; an entry is reversed once at most; an award is in force for a ticket once
 * at most by each rule; goods that are out are never fewer than none. Folding alone writes here, and believes no
 * entry that breaks one of these: RC_CORRUPT. */
#include "archive_ledger.h"

#include <string.h>

#include "archive_state.h"
#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/store/store_row.h"

enum {
    ACCOUNT_KEY_BYTES = 1 + CODE_BYTES_MAX,
    AWARD_KEY_BYTES = CODEC_U64_BYTES + CODE_BYTES_MAX,
    OFTEN_KEY_BYTES = CODEC_U64_BYTES + CODE_BYTES_MAX + CODEC_U64_BYTES,
    PAIR_KEY_BYTES = 2 * CODEC_U64_BYTES,
    MONTH = 100, /* yyyymmdd / 100 */
};
static_assert(OFTEN_KEY_BYTES <= STORE_KEY_BYTES_MAX, "the longest key fits");
static_assert(PSEUDONYM_BYTES <= CODE_BYTES_MAX, "a pseudonym is the code of an account");

static const struct record_row claim_rows[] = {
    RECORD_VARINT(struct archive_claim, person),
    RECORD_VARINT(struct archive_claim, attached),
    RECORD_BOOL(struct archive_claim, supplemented),
    RECORD_END,
};
static const struct record_format claim_format = {
    .version = 1, .bytes = sizeof(struct archive_claim), .rows = claim_rows};

static const struct record_row account_rows[] = {
    RECORD_VARINT(struct archive_account, in),      RECORD_VARINT(struct archive_account, out),
    RECORD_VARINT(struct archive_account, awarded), RECORD_VARINT(struct archive_account, reversed),
    RECORD_VARINT(struct archive_account, taken),   RECORD_END,
};
static const struct record_format account_format = {
    .version = 1, .bytes = sizeof(struct archive_account), .rows = account_rows};

static const struct record_row entry_rows[] = {
    RECORD_U8_IN(struct archive_entry, kind, PAIDAN__POINTS_KIND__POINTS_AWARDED,
                 PAIDAN__POINTS_KIND__POINTS_RETURNED),
    RECORD_VARINT(struct archive_entry, points),
    RECORD_VARINT(struct archive_entry, person),
    RECORD_VARINT(struct archive_entry, ticket),
    RECORD_VARINT(struct archive_entry, reverses),
    RECORD_VARINT(struct archive_entry, reversed_by),
    RECORD_VARINT(struct archive_entry, day),
    RECORD_VARINT(struct archive_entry, count),
    RECORD_VARINT(struct archive_entry, round),
    RECORD_BOOL(struct archive_entry, by_hand),
    RECORD_TEXT(struct archive_entry, code),
    RECORD_END,
};
static const struct record_format entry_format = {
    .version = 1, .bytes = sizeof(struct archive_entry), .rows = entry_rows};

static const struct record_row award_rows[] = {
    RECORD_U8_IN(struct archive_award, state, ARCHIVE_AWARD_HELD, ARCHIVE_AWARD_STATES - 1),
    RECORD_VARINT(struct archive_award, round),
    RECORD_VARINT(struct archive_award, entry),
    RECORD_BOOL(struct archive_award, by_hand),
    RECORD_TEXT(struct archive_award, rule),
    RECORD_END,
};
static const struct record_format award_format = {
    .version = 1, .bytes = sizeof(struct archive_award), .rows = award_rows};

struct often {
    uint64_t count;
};
static const struct record_row often_rows[] = {RECORD_VARINT(struct often, count), RECORD_END};
static const struct record_format often_format = {
    .version = 1, .bytes = sizeof(struct often), .rows = often_rows};

/* ---- names and keys ---- */

static unsigned hex_of(char letter)
{
    return letter >= '0' && letter <= '9'   ? (unsigned)(letter - '0')
           : letter >= 'a' && letter <= 'f' ? (unsigned)(letter - 'a') + 10u
                                            : 16u;
}

uint64_t archive_ledger_person(const char *name)
{
    uint64_t person = 0;
    CHECK(name != NULL);
    for (unsigned index = 0; index < PSEUDONYM_BYTES; index++) {
        const unsigned digit = hex_of(name[index]);
        if (digit > 15) {
            return 0;
        }
        person = person << 4 | digit;
    }
    return name[PSEUDONYM_BYTES] == '\0' ? person : 0;
}

void archive_ledger_name(uint64_t person, char name[PSEUDONYM_BYTES + 1])
{
    static const char digits[] = "0123456789abcdef";
    CHECK(person != 0);
    for (unsigned index = 0; index < PSEUDONYM_BYTES; index++) {
        name[index] = digits[person >> (4 * (PSEUDONYM_BYTES - 1 - index)) & 15u];
    }
    name[PSEUDONYM_BYTES] = '\0';
}

/* Codes in keys have one width, so that a walk of one number meets its own rows alone. */
static void set_code(unsigned char *at, const char *code)
{
    const size_t bytes = strlen(code);
    CHECK(bytes > 0);
    CHECK(bytes <= CODE_BYTES_MAX);
    memset(at, 0, CODE_BYTES_MAX);
    memcpy(at, code, bytes);
}

static void account_key(enum archive_account_kind kind, const char *code,
                        unsigned char key[ACCOUNT_KEY_BYTES])
{
    CHECK(kind > 0 && kind < ARCHIVE_ACCOUNT_KINDS);
    key[0] = (unsigned char)kind;
    set_code(key + 1, code);
}

static void award_key(uint64_t ticket, const char *rule, unsigned char key[AWARD_KEY_BYTES])
{
    CHECK(ticket != 0);
    codec_set_u64(key, ticket);
    set_code(key + CODEC_U64_BYTES, rule);
}

static void often_key(uint64_t person, const char *rule, uint32_t period,
                      unsigned char key[OFTEN_KEY_BYTES])
{
    CHECK(person != 0);
    codec_set_u64(key, person);
    set_code(key + CODEC_U64_BYTES, rule);
    codec_set_u64(key + CODEC_U64_BYTES + CODE_BYTES_MAX, period);
}

static void pair_key(uint64_t first, uint64_t second, unsigned char key[PAIR_KEY_BYTES])
{
    CHECK(second != 0);
    codec_set_u64(key, first);
    codec_set_u64(key + CODEC_U64_BYTES, second);
}

/* "issued:report". False: no account. */
struct account_name {
    enum archive_account_kind kind;
    const char *code;
};
static bool account_read(const char *text, struct account_name *name)
{
    static const char *const kinds[ARCHIVE_ACCOUNT_KINDS] = {
        NULL, "person:", "issued:", "reversed:", "goods:"};
    for (unsigned kind = 1; kind < ARCHIVE_ACCOUNT_KINDS; kind++) {
        const size_t bytes = strlen(kinds[kind]);
        if (strncmp(text, kinds[kind], bytes) == 0) {
            *name = (struct account_name){(enum archive_account_kind)kind, text + bytes};
            return name->code[0] != '\0' && strlen(name->code) <= CODE_BYTES_MAX;
        }
    }
    return false;
}

/* ---- reading ---- */

enum rc archive_ledger_account(struct store_txn *txn, enum archive_account_kind kind,
                               const char *code, struct archive_account *account)
{
    unsigned char key[ACCOUNT_KEY_BYTES];
    CHECK(code != NULL);
    account_key(kind, code, key);
    memset(account, 0, sizeof *account);
    const enum rc rc =
        store_get_record(txn, ARCHIVE_ACCOUNT, key, sizeof key, &account_format, account);
    return rc == RC_OK && account->awarded < account->reversed ? RC_CORRUPT : rc;
}

enum rc archive_ledger_entry(struct store_txn *txn, uint64_t entry, struct archive_entry *made)
{
    CHECK(entry != 0);
    memset(made, 0, sizeof *made);
    return store_row_get(txn, ARCHIVE_ENTRY, entry, &entry_format, made);
}

enum rc archive_ledger_claim(struct store_txn *txn, uint64_t ticket, struct archive_claim *claim)
{
    CHECK(ticket != 0);
    memset(claim, 0, sizeof *claim);
    return store_row_get(txn, ARCHIVE_CLAIM, ticket, &claim_format, claim);
}

enum rc archive_ledger_award(struct store_txn *txn, uint64_t ticket, const char *rule,
                             struct archive_award *award)
{
    unsigned char key[AWARD_KEY_BYTES];
    award_key(ticket, rule, key);
    memset(award, 0, sizeof *award);
    return store_get_record(txn, ARCHIVE_AWARD, key, sizeof key, &award_format, award);
}

enum rc archive_ledger_often(struct store_txn *txn, uint64_t person, const char *rule,
                             uint32_t period, uint64_t *often)
{
    unsigned char key[OFTEN_KEY_BYTES];
    struct often row = {.count = 0};
    CHECK(rule != NULL);
    often_key(person, rule, period, key);
    const enum rc rc = store_get_record(txn, ARCHIVE_OFTEN, key, sizeof key, &often_format, &row);
    *often = rc == RC_OK ? row.count : 0;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc archive_ledger_awards(struct store_txn *txn, uint64_t ticket, struct archive_award *awards,
                              size_t room, size_t *count)
{
    unsigned char key[CODEC_U64_BYTES];
    struct store_walk walk;
    CHECK(ticket != 0);
    codec_set_u64(key, ticket);
    *count = 0;
    enum rc rc = store_walk_open(txn, ARCHIVE_AWARD, key, sizeof key, &walk);
    while (rc == RC_OK && *count < room) {
        rc = store_walk_key(&walk, AWARD_KEY_BYTES);
        if (rc == RC_OK && codec_u64_at(walk.key) != ticket) {
            break;
        }
        rc = rc == RC_OK ? record_read(&award_format, walk.value, walk.value_bytes, &awards[*count])
                         : rc;
        *count += rc == RC_OK ? 1 : 0;
        rc = rc == RC_OK ? store_walk_next(&walk) : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc archive_ledger_before(struct store_txn *txn, uint64_t person, uint64_t *entry)
{
    unsigned char key[PAIR_KEY_BYTES];
    struct store_walk walk;
    CHECK(person != 0);
    if (*entry <= 1) {
        return RC_NOT_FOUND;
    }
    pair_key(person, *entry - 1, key);
    enum rc rc = store_walk_open_last(txn, ARCHIVE_OF_PERSON, key, sizeof key, &walk);
    rc = rc == RC_OK ? store_walk_key(&walk, PAIR_KEY_BYTES) : rc;
    if (rc == RC_OK && codec_u64_at(walk.key) != person) {
        rc = RC_NOT_FOUND;
    }
    if (rc == RC_OK) {
        *entry = codec_u64_at(walk.key + CODEC_U64_BYTES);
    }
    store_walk_close(&walk);
    return rc;
}

enum rc archive_ledger_top(struct store_txn *txn, uint64_t *earned, uint64_t *person)
{
    unsigned char key[PAIR_KEY_BYTES];
    struct store_walk walk;
    CHECK(*earned > 0); /* who has earned nothing has no row */
    if (*person == UINT64_MAX) {
        return RC_NOT_FOUND;
    }
    pair_key(~*earned, *person + 1, key);
    enum rc rc = store_walk_open(txn, ARCHIVE_EARNER, key, sizeof key, &walk);
    rc = rc == RC_OK ? store_walk_key(&walk, PAIR_KEY_BYTES) : rc;
    if (rc == RC_OK) {
        *earned = ~codec_u64_at(walk.key);
        *person = codec_u64_at(walk.key + CODEC_U64_BYTES);
    }
    store_walk_close(&walk);
    return rc;
}

/* ---- hearing ---- */

static enum rc account_put(struct step_fold *fold, enum archive_account_kind kind, const char *code,
                           const struct archive_account *account)
{
    unsigned char key[ACCOUNT_KEY_BYTES];
    CHECK(account->awarded >= account->reversed);
    account_key(kind, code, key);
    return store_put_record(fold->txn, ARCHIVE_ACCOUNT, key, sizeof key, &account_format, account);
}

/* Who has registered something has an account, with nothing on it. */
static enum rc account_open(struct step_fold *fold, const char *person)
{
    struct archive_account account;
    CHECK(strlen(person) == PSEUDONYM_BYTES);
    const enum rc rc = archive_ledger_account(fold->txn, ARCHIVE_PERSON, person, &account);
    return rc == RC_NOT_FOUND ? account_put(fold, ARCHIVE_PERSON, person, &account) : rc;
}

enum rc archive_ledger_hear(struct step_fold *fold, const struct archive_record *record)
{
    struct archive_claim claim;
    const Paidan__Event *const event = record->event;
    const bool registers = event->fact_case == PAIDAN__EVENT__FACT_REGISTERED;
    if (!event->has_ticket || strcmp(record->log, "intake") != 0 ||
        !(registers || event->fact_case == PAIDAN__EVENT__FACT_SUPPLEMENTED)) {
        return RC_OK;
    }
    enum rc rc = archive_ledger_claim(fold->txn, event->ticket, &claim);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    rc = RC_OK;
    if (registers) {
        claim.person = record->person == NULL ? 0 : archive_ledger_person(record->person);
        claim.attached = record->attached;
        rc = claim.person == 0 ? RC_OK : account_open(fold, record->person);
    } else {
        claim.supplemented = true;
    }
    /* Of a ticket that is nobody's nothing is ever asked. */
    return rc == RC_OK && claim.person != 0
               ? store_row_put(fold->txn, ARCHIVE_CLAIM, event->ticket, &claim_format, &claim)
               : rc;
}

/* ---- entering ---- */

struct entering {
    struct step_fold *fold;
    uint64_t seq, ticket;
    const Paidan__PointsEntered *fact;
    uint64_t person;
    struct archive_entry before; /* what is reversed */
};

static bool awards(const Paidan__PointsEntered *fact)
{
    return fact->kind == PAIDAN__POINTS_KIND__POINTS_AWARDED;
}

static bool reverses(const Paidan__PointsEntered *fact)
{
    return fact->kind == PAIDAN__POINTS_KIND__POINTS_REVERSED ||
           fact->kind == PAIDAN__POINTS_KIND__POINTS_RETURNED;
}

static uint64_t earned(const struct archive_account *account)
{
    CHECK(account->awarded >= account->reversed);
    return account->awarded - account->reversed;
}

static enum rc rank_move(const struct entering *entering, uint64_t was, uint64_t now)
{
    unsigned char old[PAIR_KEY_BYTES], fresh[PAIR_KEY_BYTES];
    CHECK(entering->person != 0);
    pair_key(~was, entering->person, old);
    pair_key(~now, entering->person, fresh);
    return store_move_key(entering->fold->txn, ARCHIVE_EARNER, was > 0, old, now > 0, fresh,
                          sizeof fresh);
}

/* One side of the entry. */
static enum rc post(const struct entering *entering, const struct account_name *name, bool in)
{
    const Paidan__PointsEntered *const fact = entering->fact;
    struct archive_account account;
    enum rc rc = archive_ledger_account(entering->fold->txn, name->kind, name->code, &account);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    CHECK(fact->points > 0);
    const uint64_t was = earned(&account);
    const uint32_t count = fact->has_count ? fact->count : 0;
    *(in ? &account.in : &account.out) += fact->points;
    if (name->kind == ARCHIVE_PERSON) {
        account.awarded += awards(fact) ? fact->points : 0;
        account.reversed += fact->kind == PAIDAN__POINTS_KIND__POINTS_REVERSED ? fact->points : 0;
        if (account.reversed > account.awarded) {
            return RC_CORRUPT;
        }
        rc = rank_move(entering, was, earned(&account));
    } else if (name->kind == ARCHIVE_GOODS) {
        if (!in && account.taken < count) {
            return RC_CORRUPT;
        }
        account.taken = in ? account.taken + count : account.taken - count;
        rc = RC_OK;
    } else {
        rc = RC_OK;
    }
    return rc == RC_OK ? account_put(entering->fold, name->kind, name->code, &account) : rc;
}

static enum rc count_one(const struct entering *entering, uint32_t period, bool more)
{
    unsigned char key[OFTEN_KEY_BYTES];
    struct often row = {.count = 0};
    enum rc rc = archive_ledger_often(entering->fold->txn, entering->person, entering->fact->rule,
                                      period, &row.count);
    if (rc != RC_OK || (!more && row.count == 0)) {
        return rc == RC_OK ? RC_CORRUPT : rc;
    }
    row.count = more ? row.count + 1 : row.count - 1;
    often_key(entering->person, entering->fact->rule, period, key);
    return store_put_record(entering->fold->txn, ARCHIVE_OFTEN, key, sizeof key, &often_format,
                            &row);
}

/* A reversal gives back what its award took of the limits, on the award's day. */
static enum rc count_all(const struct entering *entering)
{
    const bool more = awards(entering->fact);
    const uint32_t day = more ? entering->fact->day : entering->before.day;
    CHECK(entering->fact->rule != NULL);
    enum rc rc = count_one(entering, day, more);
    rc = rc == RC_OK ? count_one(entering, day / MONTH, more) : rc;
    return rc == RC_OK ? count_one(entering, 0, more) : rc;
}

static enum rc award_put(struct step_fold *fold, uint64_t ticket, const struct archive_award *award)
{
    unsigned char key[AWARD_KEY_BYTES];
    CHECK(award->state != ARCHIVE_AWARD_NONE);
    CHECK(award->rule[0] != '\0');
    award_key(ticket, award->rule, key);
    return store_put_record(fold->txn, ARCHIVE_AWARD, key, sizeof key, &award_format, award);
}

static enum rc award_move(const struct entering *entering)
{
    const Paidan__PointsEntered *const fact = entering->fact;
    struct archive_award award;
    CHECK(entering->ticket != 0);
    enum rc rc = archive_ledger_award(entering->fold->txn, entering->ticket, fact->rule, &award);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    if ((award.state == ARCHIVE_AWARD_HELD) == awards(fact)) {
        return RC_CORRUPT; /* twice, or nothing is there to be reversed */
    }
    CHECK(strlen(fact->rule) <= CODE_BYTES_MAX);
    memset(award.rule, 0, sizeof award.rule);
    memcpy(award.rule, fact->rule, strlen(fact->rule));
    if (awards(fact)) {
        award.entry = entering->seq;
        award.round = fact->has_round ? fact->round : 0;
        award.by_hand = fact->has_by_hand && fact->by_hand;
    }
    award.state = awards(fact)                       ? ARCHIVE_AWARD_HELD
                  : fact->has_barred && fact->barred ? ARCHIVE_AWARD_BARRED
                                                     : ARCHIVE_AWARD_REVERSED;
    return award_put(entering->fold, entering->ticket, &award);
}

static enum rc entry_put(struct entering *entering)
{
    unsigned char key[PAIR_KEY_BYTES];
    const Paidan__PointsEntered *const fact = entering->fact;
    const char *const code = fact->rule != NULL ? fact->rule : fact->goods;
    struct archive_entry entry = {.kind = (uint32_t)fact->kind,
                                  .points = fact->points,
                                  .person = entering->person,
                                  .ticket = entering->ticket,
                                  .reverses = fact->has_reverses ? fact->reverses : 0,
                                  .day = fact->day,
                                  .count = fact->has_count ? fact->count : 0,
                                  .round = fact->has_round ? fact->round : 0,
                                  .by_hand = fact->has_by_hand && fact->by_hand};
    CHECK(code != NULL); /* enter */
    CHECK(strlen(code) <= CODE_BYTES_MAX);
    memcpy(entry.code, code, strlen(code));
    if (reverses(fact)) {
        entering->before.reversed_by = entering->seq;
        const enum rc rc = store_row_put(entering->fold->txn, ARCHIVE_ENTRY, fact->reverses,
                                         &entry_format, &entering->before);
        if (rc != RC_OK) {
            return rc;
        }
    }
    pair_key(entering->person, entering->seq, key);
    const enum rc rc = store_put(entering->fold->txn, ARCHIVE_OF_PERSON, key, sizeof key, NULL, 0);
    return rc == RC_OK ? store_row_append(entering->fold->txn, ARCHIVE_ENTRY, entering->seq,
                                          &entry_format, &entry)
                       : rc;
}

/* The entry that is taken back: of the same person and amount, and not taken back yet. */
static enum rc before_get(struct entering *entering)
{
    const Paidan__PointsEntered *const fact = entering->fact;
    CHECK(entering->person != 0);
    if (!reverses(fact)) {
        return RC_OK;
    }
    if (!fact->has_reverses || fact->reverses == 0 || fact->reverses >= entering->seq) {
        return RC_CORRUPT;
    }
    const enum rc rc = archive_ledger_entry(entering->fold->txn, fact->reverses, &entering->before);
    const bool fits = rc == RC_OK && entering->before.reversed_by == 0 &&
                      entering->before.person == entering->person &&
                      entering->before.points == fact->points;
    return rc == RC_OK && fits ? RC_OK : rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

static enum rc enter(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__PointsEntered *const fact = event->points_entered;
    struct entering entering = {.fold = fold,
                                .seq = seq,
                                .ticket = event->has_ticket ? event->ticket : 0,
                                .fact = fact,
                                .person = archive_ledger_person(fact->person)};
    struct account_name from, to;
    const bool of_rule = awards(fact) || fact->kind == PAIDAN__POINTS_KIND__POINTS_REVERSED;
    if (entering.person == 0 || fact->points == 0 || !account_read(fact->from, &from) ||
        !account_read(fact->to, &to) || strcmp(fact->from, fact->to) == 0 ||
        (of_rule ? fact->rule : fact->goods) == NULL) {
        return RC_CORRUPT;
    }
    CHECK(seq > 0);
    enum rc rc = before_get(&entering);
    rc = rc == RC_OK ? post(&entering, &from, false) : rc;
    rc = rc == RC_OK ? post(&entering, &to, true) : rc;
    rc = rc == RC_OK && of_rule ? count_all(&entering) : rc;
    rc = rc == RC_OK && of_rule && entering.ticket != 0 ? award_move(&entering) : rc;
    return rc == RC_OK ? entry_put(&entering) : rc;
}

static enum rc pass(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__PointsPassed *const fact = event->points_passed;
    struct archive_award award;
    if (!event->has_ticket || strlen(fact->rule) == 0) {
        return RC_CORRUPT;
    }
    const enum rc rc = archive_ledger_award(fold->txn, event->ticket, fact->rule, &award);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    CHECK(award.state != ARCHIVE_AWARD_HELD || rc == RC_OK);
    if (award.state == ARCHIVE_AWARD_HELD) {
        return RC_CORRUPT;
    }
    award = (struct archive_award){.state = ARCHIVE_AWARD_PASSED, .round = fact->round};
    memcpy(award.rule, fact->rule, strlen(fact->rule));
    return award_put(fold, event->ticket, &award);
}

enum rc archive_ledger_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq > 0);
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_POINTS_ENTERED ||
          event->fact_case == PAIDAN__EVENT__FACT_POINTS_PASSED);
    return event->fact_case == PAIDAN__EVENT__FACT_POINTS_ENTERED ? enter(fold, seq, event)
                                                                  : pass(fold, event);
}

/* ---- the law ---- */

/* A person's account against his entries. */
static enum rc check_person(struct store_txn *txn, const unsigned char *code,
                            const struct archive_account *account, struct archive_ledger_law *law)
{
    char name[CODE_BYTES_MAX + 1] = "";
    uint64_t entry = UINT64_MAX, in = 0, out = 0;
    enum rc rc = RC_OK;
    CHECK(account->awarded >= account->reversed);
    memcpy(name, code, CODE_BYTES_MAX);
    const uint64_t person = archive_ledger_person(name);
    if (person == 0) {
        return RC_CORRUPT;
    }
    for (rc = archive_ledger_before(txn, person, &entry); rc == RC_OK;
         rc = archive_ledger_before(txn, person, &entry)) {
        struct archive_entry made;
        rc = archive_ledger_entry(txn, entry, &made);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
        const bool takes = made.kind == PAIDAN__POINTS_KIND__POINTS_REVERSED ||
                           made.kind == PAIDAN__POINTS_KIND__POINTS_EXCHANGED;
        *(takes ? &out : &in) += made.points;
        law->entries++;
        law->moved += made.points;
    }
    law->wrong += in != account->in || out != account->out ? 1 : 0;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc archive_ledger_check(struct store_txn *txn, struct archive_ledger_law *law)
{
    struct store_walk walk;
    memset(law, 0, sizeof *law);
    enum rc rc = store_walk_open(txn, ARCHIVE_ACCOUNT, NULL, 0, &walk);
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        struct archive_account account;
        rc = store_walk_key(&walk, ACCOUNT_KEY_BYTES);
        rc =
            rc == RC_OK ? record_read(&account_format, walk.value, walk.value_bytes, &account) : rc;
        if (rc == RC_OK && walk.key[0] == ARCHIVE_PERSON) {
            rc = check_person(txn, walk.key + 1, &account, law);
        }
        if (rc != RC_OK) {
            break;
        }
        law->accounts++;
        law->in += account.in;
        law->out += account.out;
    }
    store_walk_close(&walk);
    CHECK(law->wrong <= law->accounts);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}
