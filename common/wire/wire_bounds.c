/* wire_bounds: the table of bounds, and nothing else.
 *
 * Every string, every run of bytes and every list of the protos has its row here, with the reason
 * for the number; there is no default, so that a field that is added gets a bound because somebody
 * thought of one. wire_plan stops at the first message when a field lacks its row, and
 * tests/unit/wire_bounds_test.c says which, also for a row whose field is gone.
 *
 * A bound may grow; it may shrink only while no log holds a longer value, for what lies in the logs
 * is unpacked under the same bounds for as long as it is kept. */
#include "common/wire/wire_bounds.h"

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/limits.h"

enum {
    /* Prometheus text of one service: about 60 lines a counter table, 40 kB seen. */
    METRICS_BYTES_MAX = 1 << 20,
    /* Of one Fetched: blocks hold at least one record, and small ones are sealed after each step.
     */
    BLOCKS_MAX = 4096,
    /* Digest of an attachment: SHA-256. */
    DIGEST_BYTES_MAX = 32,
    /* "0.1.0", with room for a commit and the words of a distributor. */
    VERSION_BYTES_MAX = 64,
    /* Name of a counter, made of words of ours: "returns_upheld". */
    COUNTER_BYTES_MAX = 64,
    /* A sentence of `paidan check` (struct site_mistake). */
    REFUSED_BYTES_MAX = 512,
    /* A sentence of why, for the record. */
    REASON_BYTES_MAX = 256,
    /* Logs one service follows (8 at most, common/step), and room for more. */
    FOLLOWING_MAX = 16,
    /* Clocks of an assignment: accept, contact, handle or redo, one of each kind. */
    ASSIGNMENT_CLOCKS_MAX = 4,
    /* Clocks in a picture: those of the assignment, mode, person, request, with room. */
    PICTURE_CLOCKS_MAX = 8,
    /* Clocks explained at once: of the assignment, of each assisting unit, of the mode. */
    TRIED_CLOCKS_MAX = 3, /* accept, contact, handle */
    EXPLAINED_CLOCKS_MAX = ASSIGNMENT_CLOCKS_MAX + SITE_ASSIST_MAX + 1,
    /* What triage proposes to a dispatcher: more than three nobody reads. */
    PROPOSALS_MAX = 3,
    GUESS_WORDS_BYTES_MAX = 95, /* of site_guess, without its NUL */
    /* Of a judgement: what one can take in at a glance. */
    JUDGED_WORDS_MAX = 8,
    JUDGED_GRAMS_MAX = 6,
    JUDGED_PLACE_WORDS_MAX = 4,
    JUDGED_PARTS_MAX = 4,
    GRAM_BYTES_MAX = 15,     /* of learn_evidence, without its NUL */
    SKETCH_BYTES_MAX = 1500, /* a row of group */
    UNGROUPED_MAX =
        256, /* tickets of one fact, of Over too; a step says more where more have ended */
    /* Of a category and of a unit; a name in the site's folder, as site_triage has it. */
    SITE_MODELS_MAX = 2,
    SITE_MODEL_BYTES_MAX = 64,
    /* Times in which a category was withdrawn: the newest. */
    TRUST_SPANS_MAX = 8,
    /* Who is told of a step: the unit, the one above, the supervisors. */
    TOLD_MAX = 2 + SITE_SUPERVISORS_MAX,
    /* Supplements shown with a ticket's text: the newest. */
    SHOWN_SUPPLEMENTS_MAX = 32,
    /* A public number: 17 characters; as people type it, with blanks and full-width digits. */
    NUMBER_BYTES_MAX = 32,
    TYPED_NUMBER_BYTES_MAX = 64,
    /* Clocks moved on one page of a new plan: all of each ticket on it. */
    MOVES_MAX = ASSIGNMENT_CLOCKS_MAX * LIST_MAX,
};

static_assert(TAIL_FETCH_BYTES_MAX < FRAME_BYTES_MAX,
              "blocks of a Fetched are bounded by the frame");
static_assert(STORE_KEY_BYTES_MAX >= REQUEST_ID_BYTES,
              "a request id that is too long is still read");

static const struct wire_bound rows[] = {
    /* What intake refuses with a code of its own (TEXT_TOO_LONG and others, row by row) is bounded
     * by the frame here, so that one long text does not take a batch of 4,096 with it. */
    {"NewTicket", "text", FRAME_BYTES_MAX, 0},
    {"NewTicket", "title", FRAME_BYTES_MAX, 0},
    {"NewTicket", "place", FRAME_BYTES_MAX, 0},
    {"NewTicket", "phone", FRAME_BYTES_MAX, 0},
    {"NewTicket", "reporter", FRAME_BYTES_MAX, 0},
    {"NewTicket", "external_id", FRAME_BYTES_MAX, 0},
    {"NewTicket", "spot_unit", FRAME_BYTES_MAX, 0},
    {"NewTicket", "spot_note", FRAME_BYTES_MAX, 0},
    {"NewTicket", "attachments", 0, 1024},
    {"Supplement", "text", FRAME_BYTES_MAX, 0},

    /* Texts of residents, as long as intake lets them in. */
    {"Registered", "text", TEXT_BYTES_MAX, 0},
    {"Supplemented", "text", TEXT_BYTES_MAX, 0},
    {"TicketText", "text", TEXT_BYTES_MAX, 0},
    {"TriageTry", "text", TEXT_BYTES_MAX, 0},
    {"TicketText", "supplements", TEXT_BYTES_MAX, SHOWN_SUPPLEMENTS_MAX},
    {"TicketText", "supplements_ms", 0, SHOWN_SUPPLEMENTS_MAX},
    {"TicketText", "said", 0, SAID_MAX},
    {NULL, "place", PLACE_BYTES_MAX, 0},
    {NULL, "phone", PHONE_BYTES_MAX, 0},
    {NULL, "call", PHONE_BYTES_MAX, CALLS_NAMED_MAX},
    {NULL, "reporter", REPORTER_BYTES_MAX, 0},
    {NULL, "external_id", EXTERNAL_ID_BYTES_MAX, 0},
    {NULL, "update_id", EXTERNAL_ID_BYTES_MAX, 0},

    /* Titles: as given by a channel in intake alone; cut and masked everywhere else. */
    {"Registered", "given_title", GIVEN_TITLE_BYTES_MAX, 0},
    {"TicketText", "title", GIVEN_TITLE_BYTES_MAX, 0},
    {"TriageTry", "title", GIVEN_TITLE_BYTES_MAX, 0},
    {NULL, "title", TITLE_BYTES_MAX, 0},

    /* References to what a channel stored: 128 bytes show a file's name, 1,024 are what browsers
     * and gateways pass on without cutting, 64 hold any registered media type in use. */
    {"Attachment", "name", 128, 0},
    {"Attachment", "url", 1024, 0},
    {"Attachment", "media_type", 64, 0},
    {"Attachment", "digest", DIGEST_BYTES_MAX, 0},
    {"TicketText", "attachments", 0, (1 + SHOWN_SUPPLEMENTS_MAX) * ATTACHMENTS_MAX},
    {NULL, "attachments", 0, ATTACHMENTS_MAX},

    /* What clerks, dispatchers, supervisors and callbacks write: one bound, so that a note can be
     * carried from a wish into its fact and on into the next one uncut. */
    {NULL, "note", NOTE_BYTES_MAX, 0},
    /* 保密: a dispatcher's words for a unit in place of the resident's, carried whole as notes are. */
    {NULL, "summary", NOTE_BYTES_MAX, 0},
    {"Registered", "spot_note", NOTE_BYTES_MAX, 0},
    {"Routed", "spot_note", NOTE_BYTES_MAX, 0},
    {"Suspended", "reason", NOTE_BYTES_MAX, 0},
    {"PersonNamed", "duty", NOTE_BYTES_MAX, 0},
    {"Disclosed", "reason", REASON_BYTES_MAX, 0},
    {"ReadTexts", "reason", REASON_BYTES_MAX, 0}, /* becomes Disclosed.reason */
    {"ReadLog", "reason", REASON_BYTES_MAX, 0},   /* as well */
    {"ReadLog", "log", CODE_BYTES_MAX, 0},
    {"Disclosed", "log", CODE_BYTES_MAX, 0},
    {"CallerList", "reason", REASON_BYTES_MAX, 0},
    {"Undesked", "reason", REASON_BYTES_MAX, 0},
    {"Cancelled", "reason", REASON_BYTES_MAX, 0},

    /* Sentences of ours about a decision: as long as the detail of an answer. */
    {NULL, "detail", DETAIL_BYTES_MAX, 0},
    {NULL, "why", DETAIL_BYTES_MAX, 0},
    {"DeliveryFailed", "reason", DETAIL_BYTES_MAX, 0},
    {"DeliveryDead", "reason", DETAIL_BYTES_MAX, 0},
    {"DeliveryTo", "reason", DETAIL_BYTES_MAX, 0},
    {"DeliveryOutcome", "reason", DETAIL_BYTES_MAX, 0},
    {"AdapterShown", "refused_why", CODE_BYTES_MAX, 0}, /* name of a code */
    {"ExplainedClock", "policy", DETAIL_BYTES_MAX, 0},

    /* Codes that a site defines: all are read from its files under the same bound. */
    {NULL, "channel", CODE_BYTES_MAX, 0},
    {NULL, "category", CODE_BYTES_MAX, 0},
    {NULL, "category_hint", CODE_BYTES_MAX, 0},
    {NULL, "area", CODE_BYTES_MAX, 0},
    {NULL, "area_hint", CODE_BYTES_MAX, 0},
    {NULL, "unit_hint", CODE_BYTES_MAX, 0},
    {NULL, "hand_to", CODE_BYTES_MAX, 0},
    {NULL, "from_channel", CODE_BYTES_MAX, 0},
    {NULL, "unit", CODE_BYTES_MAX, 0},
    {NULL, "from_unit", CODE_BYTES_MAX, 0},
    {NULL, "from_category", CODE_BYTES_MAX, 0},
    {NULL, "from_area", CODE_BYTES_MAX, 0},
    {NULL, "to_unit", CODE_BYTES_MAX, 0},
    {NULL, "by_unit", CODE_BYTES_MAX, 0},
    {NULL, "spot_unit", CODE_BYTES_MAX, 0},
    {"Brief", "request_to", CODE_BYTES_MAX, 0},         /* a unit */
    {"Brief", "appeal_to", CODE_BYTES_MAX, 0},          /* a unit */
    {"ExplainedClock", "assisting", CODE_BYTES_MAX, 0}, /* a unit */
    {"UnitCounts", "after", CODE_BYTES_MAX, 0},         /* a unit: the last of the page before */
    {"UnitsCounted", "next", CODE_BYTES_MAX, 0},        /* the same, as it will be asked for */
    {NULL, "calendar", CODE_BYTES_MAX, 0},
    {NULL, "unknown_years", CODE_BYTES_MAX, SITE_CALENDARS_MAX}, /* codes of calendars */
    {NULL, "levels", CODE_BYTES_MAX, SITE_LEVELS_MAX},
    {NULL, "categories", CODE_BYTES_MAX, PROPOSALS_MAX},
    {NULL, "areas", CODE_BYTES_MAX, PROPOSALS_MAX},
    {NULL, "category_words", GUESS_WORDS_BYTES_MAX, PROPOSALS_MAX},
    {NULL, "area_words", GUESS_WORDS_BYTES_MAX, PROPOSALS_MAX},
    {NULL, "assist", CODE_BYTES_MAX, SITE_ASSIST_MAX},
    {NULL, "assists", 0, SITE_ASSIST_MAX},
    {NULL, "assist_ended", CODE_BYTES_MAX, SITE_ASSIST_MAX},
    {NULL, "assist_tasks", 0, SITE_ASSIST_MAX},
    {"DeliveryAsked", "to", CODE_BYTES_MAX, 0}, /* destinations outside, named by the site */
    {"DeliverySent", "to", CODE_BYTES_MAX, 0},
    {"DeliveryFailed", "to", CODE_BYTES_MAX, 0},
    {"DeliveryDead", "to", CODE_BYTES_MAX, 0},
    {"DeliveryRetried", "to", CODE_BYTES_MAX, 0},
    {"DeliveryDropped", "to", CODE_BYTES_MAX, 0},
    {"Delivery", "to", CODE_BYTES_MAX, 0},
    {"DeliveryTo", "to", CODE_BYTES_MAX, 0},
    {"Delivery", "what", CODE_BYTES_MAX, 0}, /* name of a fact */
    {"PhoneCall", "about", CODE_BYTES_MAX, 0},
    {"PhoneCall", "holder", ACTOR_BYTES_MAX, 0},
    {"PhoneList", "channel", CODE_BYTES_MAX, 0},
    {"PhonesListed", "calls", 0, LIST_MAX},
    {"PhoneTake", "channel", CODE_BYTES_MAX, 0},
    {"PhoneTaken", "phone", PHONE_BYTES_MAX, 0},
    {"PhoneTaken", "text", WECHAT_TEXT_BYTES_MAX, 0},
    {"PhoneDone", "channel", CODE_BYTES_MAX, 0},
    {"PhoneShown", "holder", ACTOR_BYTES_MAX, 0},
    {"OutboxList", "to", CODE_BYTES_MAX, 0},
    {"OutboxListed", "deliveries", 0, LIST_MAX},
    {NULL, "destinations", 0, DESTINATIONS_MAX},
    {"TriageShown", "members", 0, GROUP_MEMBERS_MAX},
    {"Reminded", "to_units", CODE_BYTES_MAX, TOLD_MAX},
    {"DeskOverdue", "to_units", CODE_BYTES_MAX, TOLD_MAX},
    {"UrgencyRaised", "clocks", 0, ASSIGNMENT_CLOCKS_MAX},
    {"UrgencyRaised", "began_ms", 0, ASSIGNMENT_CLOCKS_MAX},
    {"Parted", "clocks", 0, ASSIGNMENT_CLOCKS_MAX},
    {"Burst", "to_units", CODE_BYTES_MAX, TOLD_MAX},
    {"Ungrouped", "tickets", 0, UNGROUPED_MAX},
    {"Over", "resolved", 0, UNGROUPED_MAX},
    {"Over", "closed", 0, UNGROUPED_MAX},
    {"Over", "withdrawn", 0, UNGROUPED_MAX},
    {"Asked", "from", CODE_BYTES_MAX, 0}, /* a channel */
    {"Asked", "skipped", CODE_BYTES_MAX, SITE_CALLBACKS_MAX - 2},
    {"Spared", "from", CODE_BYTES_MAX, 0},
    {"CallsRefused", "tickets", 0, CALLS_REFUSED_MAX},
    {"CallsRefused", "persons", 16, CALLER_DIGESTS_MAX},
    {"CallsBarred", "tickets", 0, CALLS_REFUSED_MAX},

    /* People and programs. */
    {NULL, "actor", ACTOR_BYTES_MAX, 0},
    {NULL, "via", VIA_BYTES_MAX, 0},
    /* Ids of sessions have exactly 8 bytes; read with room, so that a longer one is refused by name. */
    {NULL, "session", STORE_KEY_BYTES_MAX, 0},
    {"Cause", "roles", 0, ROLES_MAX},
    {"Grant", "roles", 0, GRANT_ROLES_MAX},
    {"Request", "grant", GRANT_BYTES_MAX + STORE_KEY_BYTES_MAX, 0}, /* a SealedGrant, packed */
    {"LookedUp", "pictures", 128, LOOKED_UP_PICTURES_MAX},
    {"LookedUp", "pass", GRANT_BYTES_MAX + STORE_KEY_BYTES_MAX, 0}, /* likewise */
    {"SealedGrant", "grant", GRANT_BYTES_MAX, 0},
    {"SealedGrant", "seal", GRANT_SEAL_BYTES, 0},
    {"PeersChanged", "digest", PEERS_DIGEST_BYTES, 0},
    {NULL, "did", CODE_BYTES_MAX, 0},     /* name of a fact */
    {NULL, "holder", ACTOR_BYTES_MAX, 0}, /* of a lease: an actor or its own word for itself */
    {NULL, "person", ACTOR_BYTES_MAX, 0},
    {NULL, "log", CODE_BYTES_MAX, 0}, /* names of services are codes of ours */
    {"Pong", "service", CODE_BYTES_MAX, 0},
    {"Pong", "version", VERSION_BYTES_MAX, 0},
    {"Pong", "site_refusal", DETAIL_BYTES_MAX, 0}, /* sentences of `check` */
    {"Pong", "site_refusal_zh", REFUSED_BYTES_MAX, 0},
    {"Pong", "site_refusal_en", REFUSED_BYTES_MAX, 0},
    {"Fetch", "follower", CODE_BYTES_MAX, 0},
    {NULL, "query_code", CODE_BYTES_MAX, 0}, /* 6 characters; longer ones are answered as wrong */
    {NULL, "number", NUMBER_BYTES_MAX, 0},
    {"Lookup", "typed_number", TYPED_NUMBER_BYTES_MAX, 0},
    {"Interval", "name", NAME_BYTES_MAX, 0}, /* of a holiday or of an exception of the site's */
    {"Count", "name", COUNTER_BYTES_MAX, 0},

    /* People's accounts. Hashes and proofs have 32 bytes, salts 16; the service names one that is shorter. */
    {NULL, "full_name", FULL_NAME_BYTES_MAX, 0},
    {NULL, "salt", PASSWORD_SALT_BYTES, 0},
    {NULL, "proof", SECRET_HASH_BYTES, 0},
    {NULL, "new_proof", SECRET_HASH_BYTES, 0},
    {NULL, "token_hash", SECRET_HASH_BYTES, 0},
    {NULL, "secret_hash", SECRET_HASH_BYTES, 0},
    {"Verifier", "hash", SECRET_HASH_BYTES, 0},
    {"LoggedOn", "mark", SECRET_HASH_BYTES, 0},
    {"KeyMade", "mark", SECRET_HASH_BYTES, 0},
    {"Login", "code", LOGIN_CODE_BYTES_MAX, 0},
    {"Totp", "code", LOGIN_CODE_BYTES_MAX, 0},
    {"TotpShown", "secret", 64, 0}, /* base32 of 20 bytes: 32 */
    {"TotpShown", "uri", DETAIL_BYTES_MAX, 0},
    {"TotpShown", "recovery_codes", CODE_BYTES_MAX, RECOVERY_CODES},
    {"TotpStarted", "sealed", TOTP_SEALED_BYTES, 0},
    {"TotpConfirmed", "recovery_hashes", RECOVERY_HASH_BYTES, RECOVERY_CODES},
    {"LoggedOn", "recovery_hash", RECOVERY_HASH_BYTES, 0},
    {"LoggedOn", "replaces", SESSION_BYTES, 0},
    {"PasswordChanged", "keeps", SESSION_BYTES, 0},
    {"Renewed", "roles", 0, GRANT_ROLES_MAX},
    {"Person", "roles", 0, GRANT_ROLES_MAX},
    {"Key", "roles", 0, KEY_ROLES_MAX},
    {"KeyMake", "roles", 0, KEY_ROLES_MAX},
    {"KeyMade", "roles", 0, KEY_ROLES_MAX},
    {NULL, "key", CODE_BYTES_MAX, 0},
    {NULL, "label", FULL_NAME_BYTES_MAX, 0},
    {NULL, "asked_by", ACTOR_BYTES_MAX, 0},
    {NULL, "made_by", ACTOR_BYTES_MAX, 0},
    {"SessionList", "cursor", SESSION_BYTES, 0},
    {"SessionsListed", "next", SESSION_BYTES, 0},
    {"PersonList", "cursor", ACTOR_BYTES_MAX, 0}, /* a person: the last of the page before */
    {"PeopleListed", "next", ACTOR_BYTES_MAX, 0},
    {"KeyList", "cursor", CODE_BYTES_MAX, 0},
    {"KeysListed", "next", CODE_BYTES_MAX, 0},
    {"SessionsListed", "sessions", 0, LIST_MAX},
    {"PeopleListed", "people", 0, LIST_MAX},
    {"ChangesListed", "changes", 0, LIST_MAX},
    {"KeysListed", "keys", 0, LIST_MAX},
    {"RightsTold", "persons", ACTOR_BYTES_MAX, RIGHTS_MAX},

    /* What adapters hear outside and wish of us. Ids are as long as the ids that intake knows tickets
     * by; a body holds the longest text of a resident in the adapter's own form, a wish that text and
     * what stands beside it. Of an answer from outside only codes and short ids are looked at. */
    {"Heard", "id", EXTERNAL_ID_BYTES_MAX, 0},
    {"Heard", "digest", HEARD_DIGEST_BYTES, 0},
    {"Heard", "person", EXTERNAL_ID_BYTES_MAX, 0},
    {"Heard", "body", HEARD_BODY_BYTES_MAX, 0},
    {"Published", "log", CODE_BYTES_MAX, 0},
    {"Published", "event", PUBLISHED_BYTES_MAX, 0},
    {"Published", "gathered", 0, DESTINATIONS_MAX},
    {"Gathered", "to", CODE_BYTES_MAX, 0},
    {"Kept", "log", CODE_BYTES_MAX, 0},
    {"Kept", "event", PUBLISHED_BYTES_MAX, 0},
    {"Bundled", "to", CODE_BYTES_MAX, 0},
    {"Bundled", "published", 0, BUNDLED_MAX},
    {"Whose", "unit", CODE_BYTES_MAX, 0},
    {"Whose", "assist", CODE_BYTES_MAX, SITE_ASSIST_MAX},
    {"Whose", "area", CODE_BYTES_MAX, 0},
    {"Whose", "channel", CODE_BYTES_MAX, 0},

    /* 归档 and figures. The longest event is a resident's text, as intake lets it in. */
    {"Archived", "records", 0, ARCHIVED_MAX},
    {"ArchivedRecord", "event", ARCHIVED_EVENT_BYTES_MAX, 0},
    {"ArchivedRecord", "person", PSEUDONYM_BYTES, 0},
    {"ExemptAsked", "reason", NOTE_BYTES_MAX, 0},
    {"ExemptRuled", "reason", NOTE_BYTES_MAX, 0},
    {"ExemptAsk", "reason", NOTE_BYTES_MAX, 0},
    {"Exemption", "reason", NOTE_BYTES_MAX, 0},
    {"Exemption", "ruled_by", ACTOR_BYTES_MAX, 0},
    {"Rates", "from", PERIOD_BYTES_MAX, 0},
    {"Rates", "until", PERIOD_BYTES_MAX, 0},
    {"Rates", "code", CODE_BYTES_MAX, 0},
    {"Rates", "after", CODE_BYTES_MAX + 1 + PERIOD_BYTES_MAX, 0},
    {"RatesShown", "rows", 0, LIST_MAX},
    {"RatesShown", "next", CODE_BYTES_MAX + 1 + PERIOD_BYTES_MAX, 0},
    {"RatesShown", "until", 0, FOLLOWING_MAX},
    {"RatesRow", "code", CODE_BYTES_MAX, 0},
    {"RatesRow", "period", PERIOD_BYTES_MAX, 0},
    {"RatesRow", "counts", 0, RATES_COUNTS},
    {"RatesRow", "times", 0, RATES_TIMES_MAX},
    {"RatesRow", "rates", 0, RATES_NAMES_MAX},
    {"RatesFormula", "preset", CODE_BYTES_MAX, 0},
    {"RatesTickets", "from", PERIOD_BYTES_MAX, 0},
    {"RatesTickets", "until", PERIOD_BYTES_MAX, 0},
    {"RatesTickets", "code", CODE_BYTES_MAX, 0},
    {"RatesListed", "tickets", 0, LIST_MAX},
    {"ExemptListed", "tickets", 0, LIST_MAX},
    {"Search", "words", SEARCH_WORDS_BYTES_MAX, 0},
    {"Search", "tickets", 0, SEARCH_TICKETS_MAX},
    {"Searched", "tickets", 0, LIST_MAX},
    {"SinksListed", "sinks", 0, SINKS_MAX},
    {"Sink", "name", CODE_BYTES_MAX, 0},
    {"Sink", "set_aside", SINK_NAME_BYTES_MAX, 0},

    /* 公示 */
    {"BulletinDrafted", "text", NOTE_BYTES_MAX, 0},
    {"BulletinDraft", "text", NOTE_BYTES_MAX, 0},
    {"BulletinRuled", "text", NOTE_BYTES_MAX, 0},
    {"BulletinRuled", "drafted_by", ACTOR_BYTES_MAX, 0},
    {"BulletinRule", "text", NOTE_BYTES_MAX, 0},
    {"BulletinWithdrawn", "reason", NOTE_BYTES_MAX, 0},
    {"BulletinWithdraw", "reason", NOTE_BYTES_MAX, 0},
    {"BulletinListed", "bulletins", 0, BULLETINS_MAX},
    {"Bulletin", "text", NOTE_BYTES_MAX, 0},
    {"Bulletin", "drafted_by", ACTOR_BYTES_MAX, 0},
    {"Bulletin", "ruled_by", ACTOR_BYTES_MAX, 0},

    /* 积分 */
    {"PointsEntered", "from", POINTS_ACCOUNT_BYTES_MAX, 0},
    {"PointsEntered", "to", POINTS_ACCOUNT_BYTES_MAX, 0},
    {"PointsEntered", "person", PSEUDONYM_BYTES, 0},
    {"PointsEntered", "rule", CODE_BYTES_MAX, 0},
    {"PointsEntered", "goods", CODE_BYTES_MAX, 0},
    {"PointsPassed", "person", PSEUDONYM_BYTES, 0},
    {"PointsPassed", "rule", CODE_BYTES_MAX, 0},
    {"PointsShow", "person", PSEUDONYM_BYTES, 0},
    {"PointsAward", "person", PSEUDONYM_BYTES, 0},
    {"PointsAward", "rule", CODE_BYTES_MAX, 0},
    {"PointsExchange", "person", PSEUDONYM_BYTES, 0},
    {"PointsExchange", "goods", CODE_BYTES_MAX, 0},
    {"PointsShown", "persons", 0, POINTS_LIST_MAX},
    {"PointsShown", "entries", 0, POINTS_LIST_MAX},
    {"PointsShown", "goods", 0, SITE_GOODS_MAX},
    {"PointsAccount", "person", PSEUDONYM_BYTES, 0},
    {"PointsLine", "rule", CODE_BYTES_MAX, 0},
    {"PointsLine", "goods", CODE_BYTES_MAX, 0},
    {"PointsGoods", "goods", CODE_BYTES_MAX, 0},
    {"PointsGoods", "name", NAME_BYTES_MAX, 0},

    {"Wished", "service", CODE_BYTES_MAX, 0},
    {"Wished", "request", WISHED_BYTES_MAX, 0},
    {"DeliveryOutcome", "reply", REPLY_BYTES_MAX, 0},
    {"AdapterShown", "quotas", 0, QUOTAS_MAX},
    {"Quota", "name", QUOTA_NAME_BYTES_MAX, 0},

    /* WeChat and WeCom: ids are as long as those platforms make them, with room; people there as
     * Heard.person. What we say is as long as a customer message may be. */
    {NULL, "account", CODE_BYTES_MAX, 0},
    {NULL, "group", EXTERNAL_ID_BYTES_MAX, 0},
    {"WechatHear", "person", EXTERNAL_ID_BYTES_MAX, 0},
    {"WechatHear", "msg_id", WECHAT_MSG_ID_BYTES_MAX, 0},
    {"WechatHear", "text", TEXT_BYTES_MAX, 0},
    {"WechatHear", "menu", WECHAT_MENU_BYTES_MAX, 0},
    {"WechatHear", "quote", WECHAT_QUOTE_BYTES_MAX, 0},
    {"WechatHear", "media_id", WECHAT_MEDIA_ID_BYTES_MAX, 0},
    {"WechatHear", "url", 1024, 0}, /* as of an attachment */
    {"WechatHear", "urls", 1024, WECHAT_URLS_MAX},
    {"WechatHear", "url_keys", 64, WECHAT_URLS_MAX},
    {"WechatHear", "reply_url", 1024, 0},
    {"WechatHear", "reply_id", 128, 0},
    {"WechatMine", "person", EXTERNAL_ID_BYTES_MAX, 0},
    {"WechatMineShown", "tickets", 0, WECHAT_MINE_MAX},
    {"Replied", "person", EXTERNAL_ID_BYTES_MAX, 0},
    {"Replied", "about", CODE_BYTES_MAX, 0}, /* name of a sentence of ours */
    {"Replied", "text", WECHAT_TEXT_BYTES_MAX, 0},
    {"Replied", "items", 0, WECHAT_ITEMS_MAX},
    {"Replied", "tail", WECHAT_TAIL_BYTES_MAX, 0},
    {"Replied", "template", WECHAT_MENU_BYTES_MAX, 0},
    {"Replied", "values", 0, WECHAT_ITEMS_MAX},
    {"Replied", "url", 1024, 0},
    {"WechatItem", "id", CODE_BYTES_MAX, 0},
    {"WechatItem", "label", WECHAT_LABEL_BYTES_MAX, 0},
    {"WechatValue", "name", CODE_BYTES_MAX, 0},
    {"WechatValue", "value", WECHAT_LABEL_BYTES_MAX, 0},
    {"WechatTurned", "person", EXTERNAL_ID_BYTES_MAX, 0},
    {"WechatTurned", "draft", 0, WECHAT_DRAFT_MAX},
    {"WechatOwned", "person", EXTERNAL_ID_BYTES_MAX, 0},
    {"WechatConsented", "person", EXTERNAL_ID_BYTES_MAX, 0},
    {"WechatHandedOver", "person", EXTERNAL_ID_BYTES_MAX, 0},
    {"WechatHandedOver", "about", CODE_BYTES_MAX, 0},
    {"WechatResult", "person", EXTERNAL_ID_BYTES_MAX, 0},
    {"WechatSent", "sent_id", WECHAT_MSG_ID_BYTES_MAX, 0},
    /* What devices say. A device is called as it calls itself; a turn of the broker's connection is
     * one wish and one fact. */
    {NULL, "device", DEVICE_ID_BYTES_MAX, 0},
    {NULL, "filter", DEVICE_FILTER_BYTES_MAX, 0},
    {"DeviceReports", "reports", 0, DEVICE_REPORTS_MAX},
    {NULL, "topics", 0, DEVICE_TOPICS_HEARD_MAX},
    {"DeviceReport", "kind", CODE_BYTES_MAX, 0},
    {"DeviceReport", "picture", 1024, 0},
    {"DeviceReport", "said", DEVICE_ID_BYTES_MAX, 0},
    {"AlarmsHeard", "ids", 0, DEVICE_REPORTS_MAX},
    {"AlarmsHeard", "devices", 0, DEVICE_REPORTS_MAX},
    {"DeviceHeard", "alarms", 0, DEVICE_KINDS_MAX + 2},
    {"AlarmHeard", "kind", CODE_BYTES_MAX, 0},
    {"AlarmOpened", "kind", CODE_BYTES_MAX, 0},
    {"AlarmFiled", "kind", CODE_BYTES_MAX, 0},
    {"AlarmNoted", "kind", CODE_BYTES_MAX, 0},
    {"AlarmShown", "kind", CODE_BYTES_MAX, 0},
    {"DevicesWatched", "watches", 0, DEVICE_REPORTS_MAX},
    {"DevicesWatched", "after", DEVICE_ID_BYTES_MAX, 0},
    {"BrokerLinked", "reason", DETAIL_BYTES_MAX, 0},
    {"BrokerState", "reason", DETAIL_BYTES_MAX, 0},
    {"DevicesListed", "alarms", 0, LIST_MAX},
    /* Envelopes of hotlines. A ticket's id there goes with the peer's code into an external id of intake's. */
    {"HotlineEnvelope", "id", HOTLINE_ID_BYTES_MAX, 0},
    {NULL, "source_id", HOTLINE_ID_BYTES_MAX, 0},
    {NULL, "our_number", HOTLINE_ID_BYTES_MAX, 0},
    {NULL, "peer", CODE_BYTES_MAX, 0},
    {"HotlineEnvelope", "text", TEXT_BYTES_MAX, 0},
    {"HotlineEnvelope", "category", NAME_BYTES_MAX, 0}, /* in their words */
    {"HotlineEnvelope", "division", NAME_BYTES_MAX, 0},
    {"HotlineEnvelope", "unit", NAME_BYTES_MAX, 0},
    {"HotlineEnvelope", "phone", PHONE_BYTES_MAX, 0},
    {"HotlineEnvelope", "title", GIVEN_TITLE_BYTES_MAX, 0},
    {"HotlineHear", "digest", HEARD_DIGEST_BYTES, 0},
    {NULL, "nonce", HEARD_DIGEST_BYTES, 0},
    {"HotlineTold", "state", CODE_BYTES_MAX, 0},
    {"HotlineTold", "envelope", HOTLINE_ID_BYTES_MAX, 0},
    {"CallShown", "duty", CODE_BYTES_MAX, 0},
    {"HotlineCalled", "call_id", HOTLINE_ID_BYTES_MAX, 0},
    {"HotlineCalled", "from", PHONE_BYTES_MAX, 0},
    {"HotlineCalled", "to", PHONE_BYTES_MAX, 0},
    {"HotlineCalled", "users", ACTOR_BYTES_MAX, CALL_USERS_MAX},
    {"HotlineCalled", "cause", CODE_BYTES_MAX, 0},
    {"HotlineCalled", "recording", DETAIL_BYTES_MAX, 0},
    {"CallList", "channel", CODE_BYTES_MAX, 0},
    {"CallTake", "channel", CODE_BYTES_MAX, 0},
    {"CallTake", "call_id", HOTLINE_ID_BYTES_MAX, 0},
    {"CallTaken", "call_id", HOTLINE_ID_BYTES_MAX, 0},
    {"CallTaken", "from", PHONE_BYTES_MAX, 0},
    {"CallTaken", "to", PHONE_BYTES_MAX, 0},
    {"CallsListed", "calls", 0, CALLS_MAX},

    /* Marks that a caller hands back as it got them. A request id has exactly 16 bytes; it is read
     * up to here so that a wrong one gets its own code. */
    {NULL, "request_id", STORE_KEY_BYTES_MAX, 0},
    {"DeviceList", "cursor", STORE_KEY_BYTES_MAX, 0},
    {"DevicesListed", "next", STORE_KEY_BYTES_MAX, 0},
    {"DueList", "cursor", STORE_KEY_BYTES_MAX, 0},
    {"DueListed", "next", STORE_KEY_BYTES_MAX, 0},
    {"RequestList", "cursor", STORE_KEY_BYTES_MAX, 0},
    {"RequestsListed", "next", STORE_KEY_BYTES_MAX, 0},
    {"UnitWork", "after", STORE_KEY_BYTES_MAX, 0},
    {"Listed", "next_row", STORE_KEY_BYTES_MAX, 0},
    {"CallerList", "cursor", STORE_KEY_BYTES_MAX, 0},
    {"CallerListed", "next", STORE_KEY_BYTES_MAX, 0},
    {"DeskList", "cursor", STORE_KEY_BYTES_MAX, 0},
    {"DeskListed", "cursor", STORE_KEY_BYTES_MAX, 0},

    /* Batches of wishes, and their answers item by item. */
    {"Submit", "tickets", 0, SUBMIT_TICKETS_MAX},
    {"Submitted", "results", 0, SUBMIT_TICKETS_MAX},
    {"ReadTexts", "tickets", 0, READ_TEXTS_MAX},
    {"Texts", "texts", 0, READ_TEXTS_MAX},
    {"Disclosed", "tickets", 0, READ_TEXTS_MAX},
    {"CallerListed", "tickets", 0, CALLER_LIST_MAX},
    {"Work", "items", 0, WORK_ITEMS_MAX},
    {"Supervise", "items", 0, WORK_ITEMS_MAX},
    {"Worked", "results", 0, WORK_ITEMS_MAX},
    {"CallbackAnswer", "replies", 0, WORK_ITEMS_MAX},
    {"CallbackAnswered", "results", 0, WORK_ITEMS_MAX},

    /* Pulls, and the one fact that each becomes. */
    {"Pulled", "tickets", 0, PULL_MAX},
    {"Leased", "tickets", 0, PULL_MAX},
    {"Retired", "tickets", 0, RETIRED_MAX},
    {"CallbackPulled", "tasks", 0, PULL_MAX},
    {"Handed", "tickets", 0, PULL_MAX},

    /* Pages of listings. */
    {"Listed", "tickets", 0, LIST_MAX},
    {"Boarded", "tickets", 0, LIST_MAX},
    {"DueListed", "tickets", 0, LIST_MAX},
    {"DeskListed", "items", 0, LIST_MAX},
    {"AlarmsShown", "repeating", 0, LIST_MAX},
    {"AlarmsShown", "ownerless", 0, LIST_MAX},
    {"AlarmsShown", "waiting", 0, LIST_MAX},
    {"AlarmsShown", "lapsed", 0, LIST_MAX},
    {"AlarmsShown", "desk", 0, LIST_MAX},
    {"RequestsListed", "requests", 0, LIST_MAX},
    {"UnitsCounted", "units", 0, LIST_MAX},
    {"Replanning", "moves", 0, MOVES_MAX},
    {"Receipts", "receipts", 0, RECEIPTS_MAX},

    /* Tables of our own: as long as the code that fills them makes them. */
    {NULL, "counts", 0, TALLY_MAX},
    {"Stats", "refused", 0, REFUSED_MAX},
    {"Pong", "following", 0, FOLLOWING_MAX},
    {"Assignment", "clocks", 0, ASSIGNMENT_CLOCKS_MAX},
    {"Raised", "also_late", 0, ASSIGNMENT_CLOCKS_MAX},
    {"Resumed", "clocks", 0, ASSIGNMENT_CLOCKS_MAX},
    {"Replanned", "clocks", 0, ASSIGNMENT_CLOCKS_MAX},
    {"SplitUp", "tickets", 0, SPLIT_PARTS_MAX},
    {NULL, "split_of", NUMBER_BYTES_MAX, 0},
    {NULL, "split_into", NUMBER_BYTES_MAX, SPLIT_TICKETS_MAX},
    {"Split", "parts", 0, SPLIT_PARTS_MAX},
    /* Judged by intake, which names the field. */
    {"SplitPart", "text", FRAME_BYTES_MAX, 0},
    {"SplitPart", "title", FRAME_BYTES_MAX, 0},
    {"Corrected", "clocks", 0, ASSIGNMENT_CLOCKS_MAX},
    {"Corrected", "clocks_ended", 0, ASSIGNMENT_CLOCKS_MAX},
    {"OuterMoved", "clocks", 0, ASSIGNMENT_CLOCKS_MAX},
    {"Joined", "clocks", 0, ASSIGNMENT_CLOCKS_MAX},
    {"Brief", "clocks", 0, PICTURE_CLOCKS_MAX},
    {"Shown", "clocks", 0, PICTURE_CLOCKS_MAX},
    {"Explained", "clocks", 0, EXPLAINED_CLOCKS_MAX},
    {"TriageTried", "clocks", 0, TRIED_CLOCKS_MAX},
    {"TriageStated", "categories", 0, TRIAGE_STATED_CATEGORIES_MAX},
    {"TriageStated", "weeks", 0, TRIAGE_STATED_WEEKS_MAX},
    {NULL, "models", 0, SITE_MODELS_MAX},
    {"SiteModel", "file", SITE_MODEL_BYTES_MAX, 0},
    {"TrustState", "spans", 0, TRUST_SPANS_MAX},
    {"TriageWeek", "week", CODE_BYTES_MAX, 0},
    {"Proved", "proofs", 0, LIST_MAX},
    {"Guess", "code", CODE_BYTES_MAX, 0},
    {"Gram", "gram", GRAM_BYTES_MAX, 0},
    {"Part", "category", CODE_BYTES_MAX, 0},
    {"SameEvent", "names", REASON_BYTES_MAX, 0},
    {"SameEvent", "name", NAME_BYTES_MAX, 0},
    {"Judged", "guesses", 0, PROPOSALS_MAX},
    {"Judged", "rule", CODE_BYTES_MAX, 0},
    {"Judged", "words", GUESS_WORDS_BYTES_MAX, JUDGED_WORDS_MAX},
    {"Judged", "grams", 0, JUDGED_GRAMS_MAX},
    {"Judged", "areas", 0, PROPOSALS_MAX},
    {"Judged", "place_words", GUESS_WORDS_BYTES_MAX, JUDGED_PLACE_WORDS_MAX},
    {"Judged", "units", 0, PROPOSALS_MAX},
    {"Judged", "parts", 0, JUDGED_PARTS_MAX},
    {"Judged", "same", 0, PROPOSALS_MAX},
    {"Judged", "sketch", SKETCH_BYTES_MAX, 0},
    {"Judged", "call", PHONE_BYTES_MAX, CALLS_NAMED_MAX},
    {"ExplainedClock", "intervals", 0, EXPLAIN_INTERVALS_MAX},
    {"ClockSet", "steps", 0, CLOCK_STEPS_MAX},

    /* What is handed on as it lies in a log or in memory. */
    {"Fetched", "blocks", FRAME_BYTES_MAX, BLOCKS_MAX},
    {NULL, "history", EVLOG_RECORD_BYTES_MAX, HISTORY_MAX},
    {NULL, "history_seqs", 0, HISTORY_MAX},
    {"Text", "text", METRICS_BYTES_MAX, 0},
};

const struct wire_bound *wire_bounds_of(const ProtobufCMessageDescriptor *message,
                                        const ProtobufCFieldDescriptor *field)
{
    CHECK(message->short_name != NULL);
    CHECK(field->name != NULL);
    const struct wire_bound *everywhere = NULL;
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        const struct wire_bound *row = &rows[index];
        if (strcmp(row->field, field->name) != 0) {
            continue;
        }
        if (row->message == NULL) {
            everywhere = row;
        } else if (strcmp(row->message, message->short_name) == 0) {
            return row;
        }
    }
    return everywhere;
}

const struct wire_bound *wire_bounds_rows(size_t *count)
{
    *count = sizeof rows / sizeof rows[0];
    return rows;
}
