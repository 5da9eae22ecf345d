/* permit_peers: the peers file, read whole or not at all.
 *
 * Owns its rows. What must stay true: a line that is not wholly understood is a mistake, never a
 * line that says less: a right that was meant to be narrow must not be read as a wide one. One uid
 * has one line, so that nobody has to know which of two wins. */
#include "common/permit/permit_peers.h"

#include <errno.h>
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/check.h"

#define FILE_BYTES_MAX (1u << 20)
#define WORDS_MAX 12u
#define NOBODY UINT32_MAX

struct line {
    unsigned number;
    size_t count;
    char *words[WORDS_MAX];
    char *what;
    size_t size;
};

/* Always SETTINGS and always with the line: the first mistake is what an administrator repairs. */
static enum rc mistake(const struct line *line, const char *why, const char *word)
{
    (void)snprintf(line->what, line->size, "line %u: %s%s%s", line->number, why,
                   word != NULL ? ": " : "", word != NULL ? word : "");
    return RC_SETTINGS;
}

/* Not the last uid of all, which stands for nobody. */
static bool number_read(const char *text, uint32_t *number)
{
    const size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 10 || text[digits] != '\0') {
        return false;
    }
    const unsigned long long read = strtoull(text, NULL, 10);
    *number = (uint32_t)read;
    return read < NOBODY;
}

/* A name that this machine does not know is a mistake: a typing error would shut out silently. */
static bool uid_read(const char *text, uint32_t *uid)
{
    if (number_read(text, uid)) {
        return true;
    }
    const struct passwd *const known = getpwnam(text);
    *uid = known != NULL ? (uint32_t)known->pw_uid : NOBODY;
    return known != NULL;
}

/* As codes of a site are spelt. Whether the site has it is not asked: a code that the site gains
 * later needs no edit of this file. */
static bool is_code(const char *text)
{
    const size_t length = strlen(text);
    return length >= 1 && length <= CODE_BYTES_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == length;
}

/* The end of that day, so that the last day named is still good. */
static bool until_read(const char *text, uint64_t *until_ms)
{
    struct tm day = {0};
    char rest = '\0';
    if (strlen(text) != 10 ||
        sscanf(text, "%4d-%2d-%2d%c", &day.tm_year, &day.tm_mon, &day.tm_mday, &rest) != 3 ||
        day.tm_year < 1970 || day.tm_mon < 1 || day.tm_mon > 12 || day.tm_mday < 1 ||
        day.tm_mday > 31) {
        return false;
    }
    const struct tm said = day;
    day.tm_year -= 1900;
    day.tm_mon -= 1;
    const time_t begin = timegm(&day);
    *until_ms = ((uint64_t)begin + 24u * 3600u) * 1000u;
    return begin >= 0 && day.tm_mday == said.tm_mday && day.tm_mon == said.tm_mon - 1;
}

/* Names of logs, not of services that are running: a follower may be admitted before its source is.
 * */
static bool follows_read(struct permit_peer *peer, char *list)
{
    char *rest = NULL;
    for (char *log = strtok_r(list, ",", &rest); log != NULL; log = strtok_r(NULL, ",", &rest)) {
        if (!is_code(log) || peer->follow_count == PERMIT_FOLLOWS_MAX) {
            return false;
        }
        memcpy(peer->follows[peer->follow_count++], log, strlen(log) + 1);
    }
    return peer->follow_count > 0;
}

/* key=value; each key where it means something. */
static enum rc option_read(const struct line *line, struct permit_peer *peer, char *word)
{
    char *const value = strchr(word, '=');
    if (value == NULL || value[1] == '\0') {
        return mistake(line, "not understood", word);
    }
    const size_t key = (size_t)(value - word);
    const bool follower = peer->kind == PERMIT_PEER_SERVICE || peer->kind == PERMIT_PEER_GATEWAY ||
                          peer->kind == PERMIT_PEER_ADAPTER;
    bool good = false;
    if (key == 5 && memcmp(word, "until", key) == 0) {
        good = until_read(value + 1, &peer->until_ms);
    } else if (key == 6 && memcmp(word, "follow", key) == 0) {
        good = follower && follows_read(peer, value + 1);
    } else if (key == 7 && memcmp(word, "channel", key) == 0) {
        good = (peer->kind == PERMIT_PEER_ADAPTER || peer->kind == PERMIT_PEER_GATEWAY) &&
               is_code(value + 1);
        (void)snprintf(peer->channel, sizeof peer->channel, "%.32s", value + 1);
    } else if (key == 4 && memcmp(word, "unit", key) == 0) {
        good = peer->kind == PERMIT_PEER_ADAPTER && is_code(value + 1);
        (void)snprintf(peer->unit, sizeof peer->unit, "%.32s", value + 1);
    }
    return good ? RC_OK : mistake(line, "not a setting of this peer", word);
}

/* A channel's or a unit's; one that only tells others of what it follows is neither's, and has no other
 * right. A unit's own system is outside of ours and follows no log. */
static enum rc adapter_judge(const struct line *line, const struct permit_peer *peer)
{
    const bool unit = peer->unit[0] != '\0';
    const bool channel = peer->channel[0] != '\0';
    if (unit && peer->follow_count > 0) {
        return mistake(line, "follow= is not for a unit", NULL);
    }
    if ((unit && channel) || (!unit && !channel && peer->follow_count == 0)) {
        return mistake(line, "it needs either channel= or unit=", NULL);
    }
    return RC_OK;
}

/* The words from `at` on: kind, name, settings. */
static enum rc kind_read(const struct line *line, size_t at, struct permit_peer *peer)
{
    static const struct {
        const char *word;
        enum permit_peer_kind kind;
        bool named;
    } kinds[] = {
        {"service", PERMIT_PEER_SERVICE, true}, {"gateway", PERMIT_PEER_GATEWAY, false},
        {"person", PERMIT_PEER_PERSON, true},   {"adapter", PERMIT_PEER_ADAPTER, true},
        {"unit", PERMIT_PEER_ADAPTER, true},    {"trial", PERMIT_PEER_TRIAL, false},
    };
    size_t kind = 0;
    while (at < line->count && kind < sizeof kinds / sizeof *kinds &&
           strcmp(kinds[kind].word, line->words[at]) != 0) {
        kind++;
    }
    if (at >= line->count || kind == sizeof kinds / sizeof *kinds) {
        return mistake(line, "not a kind of peer", at < line->count ? line->words[at] : NULL);
    }
    peer->kind = kinds[kind].kind;
    at++;
    if (kinds[kind].named) {
        if (at >= line->count || strchr(line->words[at], '=') != NULL ||
            strlen(line->words[at]) > ACTOR_BYTES_MAX) {
            return mistake(line, "its name is missing", NULL);
        }
        memcpy(peer->name, line->words[at], strlen(line->words[at]) + 1);
        at++;
    }
    enum rc rc = RC_OK;
    for (; rc == RC_OK && at < line->count; at++) {
        rc = option_read(line, peer, line->words[at]);
    }
    return rc == RC_OK && peer->kind == PERMIT_PEER_ADAPTER ? adapter_judge(line, peer) : rc;
}

/* uid: a local process, known by the kernel. curve: a machine elsewhere, known by its key. tcp:
 * anybody on a port, which only a trial may want. */
static enum rc line_read(const struct line *line, struct permit_peer *peer)
{
    *peer = (struct permit_peer){.uid = NOBODY, .until_ms = UINT64_MAX};
    if (strcmp(line->words[0], "tcp") == 0) {
        const enum rc rc = kind_read(line, 1, peer);
        return rc == RC_OK && peer->kind != PERMIT_PEER_TRIAL
                   ? mistake(line, "over tcp nobody is known: only trial", NULL)
                   : rc;
    }
    if (line->count < 2) {
        return mistake(line, "too short", line->words[0]);
    }
    if (strcmp(line->words[0], "uid") == 0) {
        return uid_read(line->words[1], &peer->uid) ? kind_read(line, 2, peer)
                                                    : mistake(line, "no such user", line->words[1]);
    }
    if (strcmp(line->words[0], "curve") == 0 && strlen(line->words[1]) == sizeof peer->key - 1) {
        peer->keyed = true;
        memcpy(peer->key, line->words[1], sizeof peer->key);
        const enum rc rc = kind_read(line, 2, peer);
        return rc == RC_OK && peer->kind != PERMIT_PEER_ADAPTER
                   ? mistake(line, "a key is an adapter's or a unit's", NULL)
                   : rc;
    }
    return mistake(line, "not understood", line->words[0]);
}

static bool peer_same(const struct permit_peer *one, const struct permit_peer *other)
{
    return one->keyed == other->keyed &&
           (one->keyed ? strcmp(one->key, other->key) == 0 : one->uid == other->uid);
}

static enum rc line_take(struct line *line, char *text, struct permit_peers *peers)
{
    char *rest = NULL;
    text[strcspn(text, "#")] = '\0';
    line->count = 0;
    for (char *word = strtok_r(text, " \t\r", &rest); word != NULL;
         word = strtok_r(NULL, " \t\r", &rest)) {
        if (line->count == WORDS_MAX) {
            return mistake(line, "too long", word);
        }
        line->words[line->count++] = word;
    }
    if (line->count == 0) {
        return RC_OK;
    }
    if (peers->count == PERMIT_PEERS_MAX) {
        return mistake(line, "too many peers", NULL);
    }
    struct permit_peer *const peer = &peers->peers[peers->count];
    const enum rc rc = line_read(line, peer);
    if (rc != RC_OK) {
        return rc;
    }
    for (size_t index = 0; index < peers->count; index++) {
        if (peer_same(peer, &peers->peers[index])) {
            return mistake(line, "it stands here twice", line->words[line->count > 1 ? 1 : 0]);
        }
    }
    peers->count++;
    return RC_OK;
}

/* An adapter's right is a role like everybody's. The rows do not move any more. */
static void roles_make(struct permit_peers *peers)
{
    for (size_t index = 0; index < peers->count; index++) {
        struct permit_peer *const peer = &peers->peers[index];
        paidan__grant_role__init(&peer->role);
        peer->role.role = peer->kind == PERMIT_PEER_ADAPTER ? PAIDAN__ROLE__ROLE_ADAPTER
                                                            : PAIDAN__ROLE__ROLE_PUBLIC;
        peer->role.unit = peer->unit[0] != '\0' ? peer->unit : NULL;
        peer->role.channel = peer->channel[0] != '\0' ? peer->channel : NULL;
        peer->roles[0] = &peer->role;
    }
}

static enum rc text_read(const char *path, char *text, size_t *bytes, char *what, size_t size)
{
    FILE *const file = fopen(path, "re");
    if (file == NULL) {
        const int why = errno;
        (void)snprintf(what, size, "%s", strerror(why));
        return rc_of_file(why);
    }
    *bytes = fread(text, 1, FILE_BYTES_MAX, file);
    enum rc rc = RC_OK;
    if (ferror(file) != 0) {
        const int why = errno;
        (void)snprintf(what, size, "%s", strerror(why));
        rc = rc_of_file(why);
    } else if (*bytes == FILE_BYTES_MAX) {
        (void)snprintf(what, size, "too large");
        rc = RC_SETTINGS;
    }
    (void)fclose(file);
    text[rc == RC_OK ? *bytes : 0] = '\0';
    return rc;
}

static enum rc text_take(char *text, size_t bytes, struct permit_peers *peers, char *what,
                         size_t size)
{
    struct line line = {.what = what, .size = size};
    enum rc rc = RC_OK;
    peers->filed = true;
    const int failed = crypto_generichash(peers->digest, sizeof peers->digest,
                                          (unsigned char *)text, bytes, NULL, 0);
    CHECK(failed == 0);
    for (char *next = text; rc == RC_OK && next != NULL;) {
        char *const begin = next;
        next = strchr(begin, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        line.number++;
        rc = line_take(&line, begin, peers);
    }
    return rc;
}

enum rc permit_peers_read(const char *path, uint32_t own, struct permit_peers *peers, char *what,
                          size_t size)
{
    size_t bytes = 0;
    CHECK(size > 0);
    what[0] = '\0';
    *peers = (struct permit_peers){.peers = calloc(PERMIT_PEERS_MAX, sizeof *peers->peers)};
    char *const text = malloc(FILE_BYTES_MAX + 1);
    enum rc rc =
        peers->peers == NULL || text == NULL ? RC_LIMIT : text_read(path, text, &bytes, what, size);
    if (rc == RC_NOT_FOUND) {
        peers->peers[0] =
            (struct permit_peer){.kind = PERMIT_PEER_TRIAL, .uid = own, .until_ms = UINT64_MAX};
        peers->count = 1;
        what[0] = '\0';
        rc = RC_OK;
    } else if (rc == RC_OK) {
        rc = text_take(text, bytes, peers, what, size);
    }
    free(text);
    if (rc == RC_OK) {
        roles_make(peers);
    } else {
        permit_peers_free(peers);
    }
    return rc;
}

void permit_peers_free(struct permit_peers *peers)
{
    free(peers->peers);
    *peers = (struct permit_peers){.count = 0};
}

const struct permit_peer *permit_peers_find(const struct permit_peers *peers, uint32_t uid,
                                            uint64_t now_ms)
{
    for (size_t index = 0; index < peers->count; index++) {
        const struct permit_peer *const peer = &peers->peers[index];
        if (!peer->keyed && peer->uid == uid) {
            return now_ms < peer->until_ms ? peer : NULL;
        }
    }
    return NULL;
}

bool permit_peers_follows(const struct permit_peer *peer, const char *service)
{
    CHECK(peer->follow_count <= PERMIT_FOLLOWS_MAX);
    for (unsigned index = 0; index < peer->follow_count; index++) {
        if (strcmp(peer->follows[index], service) == 0) {
            return true;
        }
    }
    return false;
}
