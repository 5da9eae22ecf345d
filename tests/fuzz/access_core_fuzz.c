/* access_core_fuzz: bytes -> logins, roles, changes, keys, time and restarts for access, beside a
 * small model.
 *
 * Laws: nobody is let in by a wrong password, none by any while the name is locked, and no disabled
 * person at all; a session answers exactly while the model has it; an administrator's role never
 * comes or goes by one person alone, and none of the three roles is ever left without anybody; at
 * the end the log folds into the same tables. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access_wishes.h"

enum { PEOPLE = 6, WORDS = 3, TOKENS = 24, CHANGES = 8, OPERATIONS_MAX = 96 };

struct input {
    const uint8_t *data;
    size_t bytes, used;
};

struct model {
    struct {
        bool there, disabled;
        unsigned word, failures;
        uint64_t locked_until_ms, forget_ms;
    } people[PEOPLE];
    struct {
        int who; /* -1: none */
        uint64_t idle_ms, ends_ms;
    } tokens[TOKENS];
    unsigned made; /* tokens */
    uint64_t changes[CHANGES];
    const char *asked_by[CHANGES];
    unsigned change_count;
};

/* The first three are the administrators. */
static const char *const names[PEOPLE] = {"sys", "sec", "aud", "p1", "p2", "p3"};
static const char *const words[WORDS] = {"w0", "w1", "w2"};

static void law(bool holds, const char *which)
{
    if (!holds) {
        fprintf(stderr, "law broken: %s\n", which);
        abort();
    }
}

static unsigned take(struct input *input, unsigned below)
{
    return input->used < input->bytes ? input->data[input->used++] % below : 0;
}

static void token_name(unsigned index, char text[8])
{
    (void)snprintf(text, 8, "t%u", index);
}

static bool lives(const struct solo *solo, const struct model *model, unsigned token)
{
    return model->tokens[token].who >= 0 && model->tokens[token].idle_ms > solo_now_ms(solo) &&
           model->tokens[token].ends_ms > solo_now_ms(solo);
}

static void end_all(struct model *model, int who, int keeps)
{
    for (unsigned token = 0; token < TOKENS; token++) {
        if (model->tokens[token].who == who && (int)token != keeps) {
            model->tokens[token].who = -1;
        }
    }
}

/* Five are free; each further one locks for twice as long; a day later all is forgotten. */
static void fail(const struct solo *solo, struct model *model, unsigned who)
{
    const uint64_t now_ms = solo_now_ms(solo);
    const unsigned failures = ++model->people[who].failures;
    const unsigned doublings = failures > 11 ? 6 : failures < 5 ? 0 : failures - 5;
    const uint64_t lock_ms = failures < 5 ? 0 : 15 * ACCESS_MINUTE_MS << doublings;
    model->people[who].locked_until_ms = now_ms + lock_ms;
    model->people[who].forget_ms = now_ms + lock_ms + 24 * ACCESS_HOUR_MS;
}

static void log_in(struct solo *solo, struct model *model, struct input *input)
{
    const unsigned who = take(input, PEOPLE), word = take(input, WORDS);
    char token[8];
    if (model->made == TOKENS) {
        return;
    }
    token_name(model->made, token);
    const bool locked = model->people[who].locked_until_ms > solo_now_ms(solo);
    const bool right =
        model->people[who].there && !model->people[who].disabled && model->people[who].word == word;
    const Paidan__Answer *answer = wish_login(solo, names[who], words[word], token, NULL);
    law((answer->code == PAIDAN__CODE__LOCKED_OUT) == locked, "locked while it is locked");
    law((answer->code == PAIDAN__CODE__OK) == (right && !locked), "let in by the right word alone");
    if (answer->code == PAIDAN__CODE__OK) {
        model->tokens[model->made].who = (int)who;
        model->tokens[model->made].idle_ms = solo_now_ms(solo) + ACCESS_IDLE_MS;
        model->tokens[model->made].ends_ms = solo_now_ms(solo) + ACCESS_SESSION_MS;
        model->made++;
        model->people[who].failures = 0;
    } else if (!locked) {
        fail(solo, model, (unsigned)who);
    }
}

static void renew(struct solo *solo, struct model *model, struct input *input)
{
    const unsigned token = take(input, TOKENS);
    const bool passive = take(input, 2) != 0;
    char text[8];
    token_name(token, text);
    const bool alive = lives(solo, model, token);
    const Paidan__Answer *answer = wish_renew(solo, text, passive);
    law((answer->code == PAIDAN__CODE__OK) == alive, "a session answers while it lives");
    if (alive) {
        law(strcmp(answer->renewed->person, names[model->tokens[token].who]) == 0,
            "for its person");
        law(answer->renewed->expires_ms <= model->tokens[token].ends_ms, "no grant outlives it");
        /* Seen at most once a minute: what the service keeps is what it answers next time. */
        if (!passive) {
            model->tokens[token].idle_ms = 0;
        }
    }
}

/* Idle ends are written once a minute; the model asks the service's own list for them. */
static void read_sessions(struct solo *solo, struct model *model)
{
    Paidan__SessionList wish = PAIDAN__SESSION_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SESSION_LIST;
    request.session_list = &wish;
    const uint64_t counted = solo_tally(solo, "sessions");
    const Paidan__SessionsListed *listed = solo_query(solo, &request)->sessions_listed;
    law(listed->n_sessions == counted, "as many as are counted");
    for (unsigned token = 0; token < model->made; token++) {
        unsigned char hash[32], mark[32];
        char text[8];
        token_name(token, text);
        (void)wish_bytes(text, hash);
        access_secret_mark(hash, mark);
        bool found = false;
        for (size_t index = 0; index < listed->n_sessions; index++) {
            const Paidan__Session *one = listed->sessions[index];
            if (memcmp(one->session.data, mark, SESSION_BYTES) == 0) {
                found = true;
                law(one->ends_ms > solo_now_ms(solo), "what is listed is not over");
                model->tokens[token].idle_ms = one->ends_ms;
            }
        }
        law(found == (model->tokens[token].who >= 0), "a session is listed while it lives");
    }
}

static void change_person(struct solo *solo, struct model *model, struct input *input)
{
    const unsigned who = take(input, PEOPLE), actor = take(input, 3);
    Paidan__PersonChange wish = PAIDAN__PERSON_CHANGE__INIT;
    wish.has_disabled = 1;
    wish.disabled = take(input, 2) != 0;
    const Paidan__Answer *answer = wish_change(solo, names[actor], names[who], &wish);
    if (answer->code != PAIDAN__CODE__OK) {
        law(answer->code != PAIDAN__CODE__PERSON_UNKNOWN || !model->people[who].there, "known");
        return;
    }
    law((who < 3) == (answer->access_done->change != 0), "administrators need two");
    if (answer->access_done->change != 0) {
        if (model->change_count < CHANGES) {
            model->asked_by[model->change_count] = names[actor];
            model->changes[model->change_count++] = answer->access_done->change;
        }
        return;
    }
    model->people[who].disabled = wish.disabled;
    if (wish.disabled) {
        end_all(model, (int)who, -1);
    }
}

static void decide(struct solo *solo, struct model *model, struct input *input)
{
    if (model->change_count == 0) {
        return;
    }
    const unsigned which = take(input, model->change_count), actor = take(input, 3);
    const bool approve = take(input, 2) != 0;
    const Paidan__Answer *answer = wish_decide(solo, names[actor], model->changes[which], approve);
    law(answer->code != PAIDAN__CODE__OK || strcmp(names[actor], model->asked_by[which]) != 0,
        "nobody approves what he asked for");
    for (unsigned who = 0; answer->code == PAIDAN__CODE__OK && who < 3; who++) {
        const Paidan__Person *person = wish_person(solo, names[who]);
        model->people[who].disabled = person->state == PAIDAN__PERSON_STATE__PERSON_DISABLED;
        law(!model->people[who].disabled, "no role of the three is left without anybody");
    }
}

static void set_password(struct solo *solo, struct model *model, struct input *input)
{
    const unsigned token = take(input, TOKENS), word = take(input, WORDS), old = take(input, WORDS);
    char text[8];
    token_name(token, text);
    const int who = model->tokens[token].who;
    const bool alive = lives(solo, model, token);
    const Paidan__Answer *answer =
        wish_password(solo, text, words[old], words[word], (char)('A' + take(input, 20)));
    if (!alive) {
        law(answer->code == PAIDAN__CODE__SESSION_ENDED, "nothing without a session");
    } else if (answer->code == PAIDAN__CODE__OK) {
        law(model->people[who].word == old, "by who knows the old one");
        model->people[who].word = word;
        end_all(model, who, (int)token);
    } else if (answer->code == PAIDAN__CODE__LOGIN_FAILED) {
        fail(solo, model, (unsigned)who);
    }
}

static void pass(struct solo *solo, struct model *model, struct input *input)
{
    solo_advance(solo, (1 + take(input, 120)) * ACCESS_MINUTE_MS);
    for (unsigned who = 0; who < PEOPLE; who++) {
        if (model->people[who].forget_ms <= solo_now_ms(solo)) {
            model->people[who].failures = 0;
        }
    }
    for (unsigned token = 0; token < TOKENS; token++) {
        if (model->tokens[token].who >= 0 && !lives(solo, model, token)) {
            model->tokens[token].who = -1;
        }
    }
}

static void add_person(struct solo *solo, struct model *model, struct input *input)
{
    const unsigned who = take(input, PEOPLE), word = take(input, WORDS);
    const Paidan__Answer *answer = wish_add(solo, names[who], words[word]);
    law((answer->code == PAIDAN__CODE__OK) == !model->people[who].there, "a name is one person's");
    if (answer->code == PAIDAN__CODE__OK) {
        model->people[who].there = true;
        model->people[who].word = word;
    }
}

static void use_key(struct solo *solo, struct input *input)
{
    char secret[4], key[32] = "";
    (void)snprintf(secret, sizeof secret, "k%u", take(input, 4));
    const Paidan__Answer *answer = wish_key(solo, secret, "hotline", 0);
    if (answer->code == PAIDAN__CODE__OK) {
        (void)snprintf(key, sizeof key, "%s", answer->access_done->key);
        law(wish_use(solo, secret)->code == PAIDAN__CODE__OK, "a key that was made is good");
        if (take(input, 2) != 0) {
            law(wish_revoke_key(solo, key)->code == PAIDAN__CODE__OK, "and can be revoked");
            law(wish_use(solo, secret)->code == PAIDAN__CODE__KEY_UNKNOWN, "and then is none");
        }
    }
}

static void act(struct solo *solo, struct model *model, struct input *input)
{
    switch (take(input, 10)) {
    case 0:
        add_person(solo, model, input);
        break;
    case 1:
    case 2:
        log_in(solo, model, input);
        break;
    case 3:
        renew(solo, model, input);
        break;
    case 4:
        change_person(solo, model, input);
        break;
    case 5:
        decide(solo, model, input);
        break;
    case 6:
        set_password(solo, model, input);
        break;
    case 7:
        pass(solo, model, input);
        break;
    case 8:
        use_key(solo, input);
        break;
    default:
        solo_restart(solo);
        break;
    }
    read_sessions(solo, model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct input input = {.data = data, .bytes = bytes};
    struct model model = {.made = 0};
    wish_keys();
    struct solo *const solo = solo_open(&access_service, solo_site(), ACCESS_START_MS);
    for (unsigned token = 0; token < TOKENS; token++) {
        model.tokens[token].who = -1;
    }
    law(wish_init(solo)->code == PAIDAN__CODE__OK, "the first three");
    for (unsigned who = 0; who < 3; who++) {
        model.people[who].there = true;
        model.people[who].word = WORDS; /* their own names: none of the words */
    }
    for (unsigned count = 0; count < OPERATIONS_MAX && input.used < input.bytes; count++) {
        act(solo, &model, &input);
    }
    solo_advance(solo, 10 * 24 * ACCESS_HOUR_MS);
    law(solo_tally(solo, "sessions") == 0, "every session ends");
    law(solo_tally(solo, "failures_kept") == 0, "every failure is forgotten");
    law(solo_tally(solo, "changes_open") == 0, "every change is decided or lapses");
    law(solo_tally(solo, "logins") == solo_tally(solo, "sessions_ended"), "a login, an end");
    solo_check_replay(solo);
    solo_close(solo);
    return 0;
}
