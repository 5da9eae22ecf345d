/* learn_fuzz: what a classifier reads. First byte even: a title and a text, any bytes, against a model
 * made of a few texts here; odd: a model's own bytes, sealed anew so that its checksum does not hide
 * the rest, and if it opens, a text against it.
 *
 * Laws: no input ends the process; probabilities are between 0 and 1, the best first; known grams are
 * never more than grams; evidence is UTF-8; a text without letters has no guesses; what opens again
 * says the same. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/learn/learn_private.h"
#include "common/text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static unsigned char *whole;
static size_t whole_bytes;
static struct learn_model *model;

static void make_model(void)
{
    static const char *const names[] = {"路灯", "噪音"};
    static const char *const texts[] = {"三号楼下路灯不亮", "广场舞声音太吵", "照明灯坏了请修",
                                        "夜间施工噪声扰民", "路灯杆倒在路边", "装修太吵睡不着"};
    struct learn_example examples[6];
    struct learn_report report;
    for (uint32_t index = 0; index < 6; index++) {
        examples[index] = (struct learn_example){
            .text = {texts[index], texts[index], strlen(texts[index]), strlen(texts[index])},
            .category = index % 2};
    }
    const struct learn_setup setup = {.categories = names,
                                      .category_count = 2,
                                      .label = "label",
                                      .examples = examples,
                                      .example_count = 6};
    enum rc rc = learn_train(&setup, &whole, &whole_bytes, &report);
    CHECK(rc == RC_OK);
    rc = learn_open(&model, whole, whole_bytes);
    CHECK(rc == RC_OK);
}

static void classify(const struct learn_model *by, const struct learn_text *text)
{
    struct learn_decision decision;
    struct learn_evidence evidence[4];
    learn_classify(by, text, &decision);
    CHECK(decision.known <= decision.grams);
    CHECK((decision.grams == 0) == (decision.guess_count == 0));
    for (uint32_t index = 0; index < decision.guess_count; index++) {
        CHECK(decision.guesses[index].probability >= 0);
        CHECK(decision.guesses[index].probability <= 1);
        CHECK(index == 0 ||
              decision.guesses[index].probability <= decision.guesses[index - 1].probability);
        CHECK(learn_name(by, decision.guesses[index].category)[0] != '\0' || by != model);
    }
    const enum learn_reason reason = learn_decide(&decision, learn_threshold(by, 0.9f));
    CHECK(reason < LEARN_REASON_COUNT);
    const size_t count = learn_explain(by, text, &decision, evidence, 4);
    for (size_t index = 0; index < count; index++) {
        size_t at = 0;
        CHECK(text_valid(evidence[index].gram, strlen(evidence[index].gram), &at));
    }
}

/* The header's numbers and some bytes anywhere are the input's. */
static void open_spoilt(const uint8_t *data, size_t bytes)
{
    unsigned char *spoilt = malloc(whole_bytes);
    struct learn_model *opened = NULL;
    CHECK(spoilt != NULL);
    memcpy(spoilt, whole, whole_bytes);
    for (size_t at = 0; at + 4 <= bytes; at += 4) {
        const size_t place = ((size_t)data[at] << 16 | (size_t)data[at + 1] << 8 | data[at + 2]);
        spoilt[place % whole_bytes] = data[at + 3];
    }
    struct learn_header header = model->header;
    if (bytes % 2 == 0) {
        header.categories = bytes > 0 ? 2u + data[0] % 8u : header.categories;
        header.names_bytes = bytes > 1 ? header.names_bytes + data[1] % 4u : header.names_bytes;
    }
    learn_model_seal(&header, spoilt, whole_bytes);
    const enum rc rc = learn_open(&opened, spoilt, whole_bytes);
    CHECK(rc == RC_OK || rc == RC_CORRUPT);
    if (rc == RC_OK) {
        static const char words[] = "三号楼下路灯不亮，夜间施工太吵";
        const struct learn_text text = {words, words, strlen(words), strlen(words)};
        classify(opened, &text);
        learn_close(opened);
    }
    free(spoilt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (model == NULL) {
        make_model();
    }
    if (bytes < 2) {
        return 0;
    }
    if (data[0] % 2 == 1) {
        open_spoilt(data + 1, bytes - 1);
        return 0;
    }
    const size_t title = data[1] < bytes - 2 ? data[1] : bytes - 2;
    const struct learn_text text = {.title = (const char *)data + 2,
                                    .title_bytes = title,
                                    .text = (const char *)data + 2 + title,
                                    .text_bytes = bytes - 2 - title};
    classify(model, &text);
    return 0;
}
