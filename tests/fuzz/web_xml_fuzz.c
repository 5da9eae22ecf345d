/* web_xml_fuzz: what a platform, or whoever claims to be one, sends as XML. Whatever it is, it is refused, or is
 * a tree whose links lead only forward and within it, whose texts are UTF-8 that can be written and read
 * again. As text for a message, it is escaped to what a parser takes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "common/web/web_escape.h"
#include "common/web/web_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct arena arena;

/* One heap block of exactly its size: a step too far is seen by the sanitizer. */
static char *escaped_of(const char *text, size_t *bytes)
{
    const size_t needed = web_escape(text, NULL, 0);
    char *document = malloc(needed + 8);
    CHECK(document != NULL);
    memcpy(document, "<a>", 3);
    const size_t again = web_escape(text, document + 3, needed + 1);
    CHECK(again == needed);
    CHECK(strlen(document + 3) == needed);
    memcpy(document + 3 + needed, "</a>", 5);
    *bytes = needed + 7;
    return document;
}

/* exact: the text holds nothing that had to be replaced. */
static void check_escape(const char *text, int exact)
{
    struct web_xml_tree tree;
    const char *why = NULL;
    size_t bytes = 0;
    char *document = escaped_of(text, &bytes);
    if (bytes <= WEB_XML_BYTES_MAX) {
        const enum rc rc = web_xml_read(&arena, document, bytes, &tree, &why);
        CHECK(rc == RC_OK);
        CHECK(tree.count == 1);
        CHECK(!exact || strcmp(tree.elements[0].text, text) == 0);
    }
    free(document);
}

/* Text, but for the controls that XML lets in by reference: who uses it says what becomes of those. */
static bool is_utf8(const char *text)
{
    size_t bad = 0;
    const size_t size = strlen(text);
    char *const copy = malloc(size + 1);
    CHECK(copy != NULL);
    memcpy(copy, text, size + 1);
    for (size_t index = 0; index < size; index++) {
        const unsigned char byte = (unsigned char)copy[index];
        const unsigned char after = (unsigned char)copy[index + 1];
        if (byte == 0x7f) {
            copy[index] = '?';
        } else if (byte == 0xc2 && after >= 0x80 && after < 0xa0) {
            copy[index] = copy[index + 1] = '?';
        }
    }
    const bool valid = text_valid(copy, size, &bad);
    free(copy);
    return valid;
}

static void check_element(const struct web_xml_tree *tree, uint32_t index)
{
    const struct web_xml *element = &tree->elements[index];
    CHECK(index == 0 ? element->parent == 0 : element->parent < index);
    CHECK(element->next == 0 || (element->next > index && element->next < tree->count));
    CHECK(element->child == 0 || element->child == index + 1);
    CHECK(element->next == 0 || tree->elements[element->next].parent == element->parent);
    CHECK(element->child == 0 || tree->elements[element->child].parent == index);
    CHECK(element->name[0] != '\0');
    CHECK(is_utf8(element->text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct web_xml_tree tree = {0};
    const char *why = NULL;
    if (arena.base == NULL) {
        const enum rc rc = arena_init(&arena, 8 << 20);
        CHECK(rc == RC_OK);
    }
    arena_reset(&arena);
    char *copy = malloc(size + 1), *exact = malloc(size);
    CHECK(copy != NULL);
    CHECK(exact != NULL || size == 0);
    if (size > 0) {
        memcpy(copy, data, size);
        memcpy(exact, data, size);
    }
    copy[size] = '\0';
    const enum rc rc = web_xml_read(&arena, size == 0 ? "" : exact, size, &tree, &why);
    CHECK(rc == RC_OK || (rc == RC_INVALID && why != NULL));
    for (uint32_t index = 0; index < tree.count; index++) {
        check_element(&tree, index);
        check_escape(tree.elements[index].text, 1);
    }
    check_escape(copy, 0);
    free(copy);
    free(exact);
    return 0;
}
