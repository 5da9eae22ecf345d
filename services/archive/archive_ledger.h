/* archive_ledger: the accounts of 积分 and every entry between them, as folding has made them. */
#pragma once

#include <stdbool.h>

#include "archive_part.h"
#include "common/base/limits.h"

/* Stored. */
enum archive_account_kind {
    ARCHIVE_PERSON = 1, /* code: the pseudonym */
    ARCHIVE_ISSUED,     /* code: a rule */
    ARCHIVE_REVERSED,   /* code: a rule */
    ARCHIVE_GOODS,
    ARCHIVE_ACCOUNT_KINDS
};

struct archive_account {
    uint64_t in, out;           /* balance: in - out */
    uint64_t awarded, reversed; /* of a person; earned: awarded - reversed */
    uint32_t taken;             /* of goods: how many are out */
};

struct archive_entry {
    uint32_t kind; /* PointsKind */
    uint64_t points, person, ticket, reverses, reversed_by;
    uint32_t day, count, round;
    bool by_hand;
    char code[CODE_BYTES_MAX + 1]; /* rule or goods */
};

/* What a ticket has to do with it. */
struct archive_claim {
    uint64_t person;   /* who registered it; 0: not known */
    uint32_t attached; /* pictures and files */
    bool supplemented;
};

/* What one rule has made of a ticket. Stored. */
enum archive_award_state {
    ARCHIVE_AWARD_NONE,
    ARCHIVE_AWARD_HELD,     /* in force */
    ARCHIVE_AWARD_REVERSED, /* may be earned again */
    ARCHIVE_AWARD_BARRED,   /* not in this round */
    ARCHIVE_AWARD_PASSED,   /* a limit was reached in this round */
    ARCHIVE_AWARD_STATES
};
struct archive_award {
    enum archive_award_state state;
    uint32_t round;
    uint64_t entry; /* of HELD, REVERSED, BARRED */
    bool by_hand;
    char rule[CODE_BYTES_MAX + 1];
};

/* 0: no pseudonym. */
uint64_t archive_ledger_person(const char *name);
void archive_ledger_name(uint64_t person, char name[PSEUDONYM_BYTES + 1]);

/* Each: RC_OK, RC_NOT_FOUND, RC_CORRUPT, RC_STORE; what is not found is zeroed. */
MUST_CHECK enum rc archive_ledger_account(struct store_txn *txn, enum archive_account_kind kind,
                                          const char *code, struct archive_account *account);
MUST_CHECK enum rc archive_ledger_entry(struct store_txn *txn, uint64_t entry,
                                        struct archive_entry *made);
MUST_CHECK enum rc archive_ledger_claim(struct store_txn *txn, uint64_t ticket,
                                        struct archive_claim *claim);
MUST_CHECK enum rc archive_ledger_award(struct store_txn *txn, uint64_t ticket, const char *rule,
                                        struct archive_award *award);
/* How often the rule was awarded to the person: of a day, a month (yyyymm) or ever (0). Never NOT_FOUND. */
MUST_CHECK enum rc archive_ledger_often(struct store_txn *txn, uint64_t person, const char *rule,
                                        uint32_t period, uint64_t *often);
/* All awards of a ticket, at most `room`. RC_OK, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc archive_ledger_awards(struct store_txn *txn, uint64_t ticket,
                                         struct archive_award *awards, size_t room, size_t *count);
/* The person's entry before that number. RC_OK, RC_NOT_FOUND, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc archive_ledger_before(struct store_txn *txn, uint64_t person, uint64_t *entry);
/* Who has earned most, after (earned, person), which it sets; begin with UINT64_MAX, 0. As above. */
MUST_CHECK enum rc archive_ledger_top(struct store_txn *txn, uint64_t *earned, uint64_t *person);

/* Folding: RC_OK, RC_CORRUPT, RC_FULL, RC_STORE. */
MUST_CHECK enum rc archive_ledger_hear(struct step_fold *fold, const struct archive_record *record);
MUST_CHECK enum rc archive_ledger_fold(struct step_fold *fold, uint64_t seq,
                                       const Paidan__Event *event);

/* The law: all accounts together are zero, and each person's is what his entries say. */
struct archive_ledger_law {
    uint64_t accounts, entries, moved, in, out, wrong;
};
MUST_CHECK enum rc archive_ledger_check(struct store_txn *txn, struct archive_ledger_law *law);
