/* counter: finds the word of a counter by its service and its stable name.
 *
 * Owns the tables of words, which are made of the rows in counter.h and of nothing else. Names come
 * from answers of services, perhaps of a newer version: one that is not known is no mistake, and is
 * shown as it came. */
#include "common/say/counter.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/adapter.h"

struct word {
    const char *name, *zh;
};

/* A text that is not empty: else the array has a size that does not compile. */
#define SAID(text) ((text) + 0 * sizeof(char[sizeof(text) > 1 ? 1 : -1]))
#define WORD(number, id, name, zh) [number] = {SAID(name), SAID(zh)},
#define UNIT_WORD(number, id, name, zh, en) [number] = {SAID(name), SAID(zh), SAID(en)},

static const struct word intake[] = {COUNTERS_INTAKE(WORD)};
static const struct word triage[] = {COUNTERS_TRIAGE(WORD)};
static const struct word escalation[] = {COUNTERS_ESCALATION(WORD)};
static const struct word callback[] = {COUNTERS_CALLBACK(WORD)};
static const struct word access[] = {COUNTERS_ACCESS(WORD)};
static const struct word archive[] = {COUNTERS_ARCHIVE(WORD)};
static const struct word mqtt[] = {COUNTERS_MQTT(WORD)};
static const struct word wechat[] = {COUNTERS_WECHAT(WORD)};
static const struct word hotline[] = {COUNTERS_HOTLINE(WORD)};
static const struct word webhook[] = {COUNTERS_WEBHOOK(WORD)};
static const struct word channel[] = {COUNTERS_CHANNEL(WORD)};
static const struct word outbox[] = {COUNTERS_OUTBOX(WORD)};
static const struct counter_unit_word units[] = {COUNTERS_UNIT(UNIT_WORD)};

enum { UNIT_WORDS = sizeof units / sizeof units[0] };

/* An array is as long as its highest number says: with as many rows none is left out. */
#define IS_WHOLE(words, table) (sizeof(words) / sizeof(words)[0] == COUNTER_COUNT(table))
static_assert(IS_WHOLE(intake, COUNTERS_INTAKE), "stored numbers have no gap");
static_assert(IS_WHOLE(triage, COUNTERS_TRIAGE), "stored numbers have no gap");
static_assert(IS_WHOLE(escalation, COUNTERS_ESCALATION), "stored numbers have no gap");
static_assert(IS_WHOLE(callback, COUNTERS_CALLBACK), "stored numbers have no gap");
static_assert(IS_WHOLE(access, COUNTERS_ACCESS), "stored numbers have no gap");
static_assert(IS_WHOLE(archive, COUNTERS_ARCHIVE), "stored numbers have no gap");
static_assert(IS_WHOLE(mqtt, COUNTERS_MQTT), "stored numbers have no gap");
static_assert(IS_WHOLE(wechat, COUNTERS_WECHAT), "stored numbers have no gap");
static_assert(IS_WHOLE(hotline, COUNTERS_HOTLINE), "stored numbers have no gap");
static_assert(IS_WHOLE(webhook, COUNTERS_WEBHOOK), "stored numbers have no gap");
static_assert(IS_WHOLE(channel, COUNTERS_CHANNEL), "stored numbers have no gap");
static_assert(IS_WHOLE(outbox, COUNTERS_OUTBOX), "stored numbers have no gap");
static_assert(IS_WHOLE(units, COUNTERS_UNIT), "stored numbers have no gap");

static const struct service {
    const char *name;
    const struct word *words;
    size_t count;
} services[] = {
    {"intake", intake, COUNTER_COUNT(COUNTERS_INTAKE)},
    {"triage", triage, COUNTER_COUNT(COUNTERS_TRIAGE)},
    {"escalation", escalation, COUNTER_COUNT(COUNTERS_ESCALATION)},
    {"callback", callback, COUNTER_COUNT(COUNTERS_CALLBACK)},
    {"access", access, COUNTER_COUNT(COUNTERS_ACCESS)},
    {"archive", archive, COUNTER_COUNT(COUNTERS_ARCHIVE)},
    {"mqtt", mqtt, COUNTER_COUNT(COUNTERS_MQTT)},
    {"wechat", wechat, COUNTER_COUNT(COUNTERS_WECHAT)},
    {"hotline", hotline, COUNTER_COUNT(COUNTERS_HOTLINE)},
    {"webhook", webhook, COUNTER_COUNT(COUNTERS_WEBHOOK)},
};

/* What every adapter counts. */
static const struct service shared[] = {
    {"channel", channel, COUNTER_COUNT(COUNTERS_CHANNEL)},
    {"outbox", outbox, COUNTER_COUNT(COUNTERS_OUTBOX)},
};

static const char *word_in(const struct service *of, const char *name)
{
    for (size_t index = 0; index < of->count; index++) {
        if (strcmp(of->words[index].name, name) == 0) {
            return of->words[index].zh;
        }
    }
    return NULL;
}

const char *counter_word(const char *service, const char *name)
{
    CHECK(service != NULL);
    CHECK(name != NULL);
    for (size_t at = 0; at < sizeof services / sizeof services[0]; at++) {
        if (strcmp(services[at].name, service) != 0) {
            continue;
        }
        const char *const word = word_in(&services[at], name);
        if (word != NULL) {
            return word;
        }
    }
    for (size_t at = 0; at < sizeof shared / sizeof shared[0]; at++) {
        const char *const word = word_in(&shared[at], name);
        if (word != NULL && adapter_find(service) != NULL) {
            return word;
        }
    }
    return name;
}

const struct counter_unit_word *counter_unit_word(const char *name)
{
    CHECK(name != NULL);
    for (size_t index = 0; index < UNIT_WORDS; index++) {
        if (strcmp(units[index].name, name) == 0) {
            return &units[index];
        }
    }
    return NULL;
}
