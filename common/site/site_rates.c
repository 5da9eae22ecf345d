/* site_rates: reads the section `rates` of site.yaml. Owns the presets. What must stay true: weights add up to
 * 100, whatever of a preset a site says otherwise; a site that says nothing counts by the safe definition, in
 * which what is doubtful is neither for nor against a unit. */
#include "common/site/site_rates.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define AT(member) .offset = offsetof(struct site_rates, member)

enum { PERCENT = 100 };

/* plain: each rate by its narrowest reading. jungar: 准格尔旗, 响应率 30 of 签收时效 and 联系反馈, 解决率 35,
 * 满意率 35 (caprane.cn/zixun_detail/445180.html). */
static const struct site_rates presets[] = {
    {.preset = "plain",
     .weight_response = 34,
     .weight_solution = 33,
     .weight_satisfaction = 33,
     .partly = 0,
     .fair = PERCENT,
     .response = PAIDAN__RATES_RESPONSE__RESPONSE_CONTACT},
    {.preset = "jungar",
     .weight_response = 30,
     .weight_solution = 35,
     .weight_satisfaction = 35,
     .partly = 0,
     .fair = PERCENT,
     .response = PAIDAN__RATES_RESPONSE__RESPONSE_BOTH},
};

void site_rates_defaults(struct site *site)
{
    CHECK(presets[0].weight_response + presets[0].weight_solution +
              presets[0].weight_satisfaction ==
          PERCENT);
    site->rates = presets[0];
}

static void read_preset(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    static const char *const words[] = {"plain", "jungar"};
    static_assert(COUNT(words) == COUNT(presets), "a name each");
    const size_t index = site_word(load, value, words, COUNT(words), "plain, jungar");
    CHECK(key->name != NULL);
    if (index < COUNT(words)) {
        CHECK(strcmp(words[index], presets[index].preset) == 0);
        *(struct site_rates *)target = presets[index];
    }
}

static void read_unreached(struct site_load *load, const struct site_key *key,
                           const struct site_node *value, void *target)
{
    static const char *const words[] = {"excluded", "counted"};
    const size_t index = site_word(load, value, words, COUNT(words), "excluded, counted");
    CHECK(key->name != NULL);
    if (index < COUNT(words)) {
        ((struct site_rates *)target)->unreached_counted = index == 1;
    }
}

static void read_response(struct site_load *load, const struct site_key *key,
                          const struct site_node *value, void *target)
{
    static const char *const words[] = {"contact", "accept", "accept+contact"};
    const size_t index =
        site_word(load, value, words, COUNT(words), "contact, accept, accept+contact");
    CHECK(key->name != NULL);
    if (index < COUNT(words)) {
        ((struct site_rates *)target)->response =
            (Paidan__RatesResponse)(index + PAIDAN__RATES_RESPONSE__RESPONSE_CONTACT);
    }
}

static void read_percent(struct site_load *load, const struct site_key *key,
                         const struct site_node *value, void *target)
{
    char digits[8];
    const char *const text = site_node_text(load, value);
    const char *const sign = text == NULL ? NULL : strchr(text, '%');
    const size_t bytes = sign == NULL ? 0 : (size_t)(sign - text);
    uint64_t percent = 0;
    CHECK(key->max <= PERCENT);
    if (text == NULL) {
        return;
    }
    (void)snprintf(digits, sizeof digits, "%.*s", (int)(bytes < 4 ? bytes : 4), text);
    if (sign == NULL || sign[1] != '\0' || bytes == 0 || bytes > 3 ||
        !site_digits_read(digits, digits + strlen(digits), &percent) || percent > key->max ||
        percent < key->min) {
        site_say(load, value->line, SAY_RATES_PERCENT, key->name, text);
        return;
    }
    *(uint32_t *)(void *)((char *)target + key->offset) = (uint32_t)percent;
}

static const struct site_key weight_keys[] = {
    {.name = "response",
     .required = true,
     .read = read_percent,
     AT(weight_response),
     .max = PERCENT},
    {.name = "solution",
     .required = true,
     .read = read_percent,
     AT(weight_solution),
     .max = PERCENT},
    {.name = "satisfaction",
     .required = true,
     .read = read_percent,
     AT(weight_satisfaction),
     .max = PERCENT},
};

static void read_weights(struct site_load *load, const struct site_key *key,
                         const struct site_node *value, void *target)
{
    struct site_rates *const rates = target;
    struct site_rates read = *rates;
    CHECK(key->name != NULL);
    read.weight_response = read.weight_solution = read.weight_satisfaction = UINT32_MAX;
    if (!site_keys_read(load, value, weight_keys, COUNT(weight_keys), &read) ||
        read.weight_response > PERCENT || read.weight_solution > PERCENT ||
        read.weight_satisfaction > PERCENT) {
        return; /* said already */
    }
    if (read.weight_response + read.weight_solution + read.weight_satisfaction != PERCENT) {
        site_say(load, value->line, SAY_RATES_WEIGHTS);
        return;
    }
    *rates = read;
}

/* The preset first, whatever the order in the file: the rest says what is otherwise. */
static const struct site_key rates_keys[] = {
    {.name = "preset", .read = read_preset},
    {.name = "weights", .read = read_weights},
    {.name = "partly", .read = read_percent, AT(partly), .max = PERCENT},
    {.name = "fair", .read = read_percent, AT(fair), .max = PERCENT},
    {.name = "unreached", .read = read_unreached},
    {.name = "response", .read = read_response},
    {.name = "base_accept", .read = read_percent, AT(base_accept), .min = 1, .max = PERCENT},
    {.name = "base_handle", .read = read_percent, AT(base_handle), .min = 1, .max = PERCENT},
};

void site_key_rates(struct site_load *load, const struct site_key *key,
                    const struct site_node *value, void *target)
{
    struct site *const site = target;
    CHECK(key->name != NULL);
    (void)site_keys_read(load, value, rates_keys, COUNT(rates_keys), &site->rates);
}
