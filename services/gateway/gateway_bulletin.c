/* gateway_bulletin: the published bulletins as a feed. It owns nothing. What must stay true: whoever asks, and with
 * whatever in the query, only published ones are asked for; and they are asked for as the gateway itself, which may
 * see no others. An entry's id names no ticket and stays the same as long as it is published. */

#include "gateway_bulletin.h"

#include <jansson.h>
#include <stdio.h>

#include "common/base/check.h"
#include "common/say/say_time.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_html.h"
#include "gateway_problem.h"
#include "gateway_upstream.h"

static void answer_json(struct exchange *exchange, const Paidan__Answer *answer)
{
    gateway_exchange_json(exchange, 200, gateway_api_json(exchange, answer));
}

/* ---- Atom ---- */

static const char *site_name(const struct exchange *exchange)
{
    const struct site *site = exchange->gateway->site;
    return exchange->say.language == SAY_CHINESE ? site->name : site->name_en;
}

/* By the moment of publishing and the fact's number: no two are alike, on any host name of ours. */
static void add_id(struct gateway_html *html, const struct exchange *exchange, uint64_t at_ms,
                   uint64_t id)
{
    char day[SAY_TIME_BYTES], number[32];
    say_time_exact(&exchange->say, at_ms, day);
    day[10] = '\0';
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)id);
    gateway_html_add(html, "<id>tag:paidan,%s:bulletin/%s</id>", day, number);
}

static void add_entry(struct gateway_html *html, const struct exchange *exchange,
                      const Paidan__Bulletin *bulletin)
{
    char at[SAY_TIME_BYTES];
    say_time_rfc3339(&exchange->say, bulletin->published_ms, at);
    gateway_html_raw(html, "<entry>");
    add_id(html, exchange, bulletin->published_ms, bulletin->id);
    gateway_html_add(html, "<title>%s</title><updated>%s</updated><published>%s</published>",
                     bulletin->title, at, at);
    if (bulletin->area != NULL) {
        gateway_html_add(html, "<category term=\"%s\" label=\"%s\"/>", bulletin->area,
                         say_area(&exchange->say, bulletin->area));
    }
    gateway_html_add(html, "<content type=\"text\">%s</content></entry>\n", bulletin->text);
}

static void answer_atom(struct exchange *exchange, const Paidan__Answer *answer)
{
    const Paidan__BulletinListed *const listed = answer->bulletin_listed;
    struct gateway_html html = {.bytes = NULL};
    char at[SAY_TIME_BYTES];
    size_t size = 0;
    /* Newest first; an empty feed is as old as the question. */
    const uint64_t at_ms = listed->n_bulletins > 0 ? listed->bulletins[0]->published_ms
                           : answer->has_now_ms    ? answer->now_ms
                                                   : 0;
    say_time_rfc3339(&exchange->say, at_ms, at);
    gateway_html_raw(&html,
                     "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                     "<feed xmlns=\"http://www.w3.org/2005/Atom\">"
                     "<id>tag:paidan,2026:bulletins</id>");
    gateway_html_add(&html, "<title>%s · %s</title><updated>%s</updated>",
                     say_choose(&exchange->say, "办理公示", "What was done"), site_name(exchange),
                     at);
    gateway_html_add(&html, "<author><name>%s</name></author>\n", site_name(exchange));
    for (size_t index = 0; index < listed->n_bulletins; index++) {
        add_entry(&html, exchange, listed->bulletins[index]);
    }
    gateway_html_raw(&html, "</feed>\n");
    char *const bytes = gateway_html_take(&html, &size);
    gateway_exchange_bytes(exchange, 200, "application/atom+xml; charset=utf-8", bytes, size);
}

/* ---- asking ---- */

static void told(struct exchange *exchange, Paidan__Code code, const Paidan__Answer *answer,
                 gateway_told *write)
{
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_BULLETIN_LISTED) {
        write(exchange, answer);
    } else {
        gateway_problem(exchange, answer == NULL ? PAIDAN__CODE__UNREACHABLE : code,
                        answer == NULL ? "archive" : answer->detail, 0);
    }
}

static void told_json(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    told(context, code, answer, answer_json);
}

static void told_atom(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    told(context, code, answer, answer_atom);
}

static void ask(struct exchange *exchange,
                void (*told_of)(void *, Paidan__Code, const Paidan__Answer *))
{
    json_t *const object = json_object();
    ProtobufCMessage *message = NULL;
    const ProtobufCMessageDescriptor *const kind = &paidan__bulletin_list__descriptor;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (object != NULL && gateway_api_fields(exchange, kind, object) &&
        gateway_api_read(exchange, object, kind, &message)) {
        request.bulletin_list = (Paidan__BulletinList *)(void *)message;
        request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_LIST;
        request.via = exchange->address;
        request.bulletin_list->has_state = true;
        request.bulletin_list->state = PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED;
        if (gateway_upstream_ask(exchange->gateway, GATEWAY_ARCHIVE, &request, GATEWAY_READ_MS,
                                 told_of, exchange) != RC_OK) {
            gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        }
    } else if (object == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    }
    json_decref(object);
}

void gateway_bulletin_json(struct exchange *exchange)
{
    ask(exchange, told_json);
}

void gateway_bulletin_atom(struct exchange *exchange)
{
    ask(exchange, told_atom);
}
