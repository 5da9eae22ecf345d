/* web_xml: what strangers send as XML, read into a flat tree, and text made fit to be sent as XML. It
 * owns nothing after it returned: parser and scratch memory are gone, the tree lies in the arena. What
 * must stay true: no document makes us fetch, expand or nest anything. A DOCTYPE ends the parse at its
 * first letter, so there is no entity that the document could define; size, depth and the number of
 * elements are bounded before memory is asked for; bytes are UTF-8 whatever the document says of
 * itself.
 *
 * The texts of elements that are open lie on one stack of bytes: what a child says lies above what its
 * parent has said so far, and is taken off at its end, so that the parent's goes on without a gap. The
 * stack is never larger than the document, for the five entities only make text shorter. */

#include "common/web/web_xml.h"

#include <expat.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"

struct reading {
    XML_Parser parser;
    struct arena *arena;
    const char *why; /* NULL: nothing of ours ended it */
    bool full;       /* the arena */
    char *stack;     /* of texts */
    size_t top, room;
    struct {
        uint32_t element, last; /* last: its newest child, 0: none */
        size_t begin;           /* of its text on the stack */
    } open[WEB_XML_DEPTH_MAX];
    unsigned depth;
    struct web_xml elements[WEB_XML_ELEMENTS_MAX];
    uint32_t count;
};

/* expat calls nothing more of ours after this, but for ends of elements that are empty. */
static void stop(struct reading *reading, const char *why)
{
    if (reading->why == NULL) {
        reading->why = why;
        (void)XML_StopParser(reading->parser, XML_FALSE);
    }
}

static void stop_full(struct reading *reading)
{
    reading->full = true;
    stop(reading, "too large for the memory that is left");
}

static void on_start(void *context, const char *name, const char **attributes)
{
    struct reading *reading = context;
    (void)attributes; /* nobody who writes to us says anything in them */
    if (reading->why != NULL) {
        return;
    }
    if (reading->depth == WEB_XML_DEPTH_MAX) {
        stop(reading, "nested too deeply");
        return;
    }
    if (reading->count == WEB_XML_ELEMENTS_MAX) {
        stop(reading, "too many elements");
        return;
    }
    const uint32_t index = reading->count;
    struct web_xml *element = &reading->elements[index];
    *element = (struct web_xml){.name = arena_strdup(reading->arena, name), .text = ""};
    if (element->name == NULL) {
        stop_full(reading);
        return;
    }
    if (reading->depth > 0) {
        const uint32_t parent = reading->open[reading->depth - 1].element,
                       last = reading->open[reading->depth - 1].last;
        element->parent = parent;
        *(last == 0 ? &reading->elements[parent].child : &reading->elements[last].next) = index;
        reading->open[reading->depth - 1].last = index;
    }
    reading->open[reading->depth].element = index;
    reading->open[reading->depth].last = 0;
    reading->open[reading->depth].begin = reading->top;
    reading->depth++;
    reading->count++;
}

static void on_end(void *context, const char *name)
{
    struct reading *reading = context;
    (void)name;
    if (reading->why != NULL) {
        return;
    }
    CHECK(reading->depth > 0);
    reading->depth--;
    const size_t begin = reading->open[reading->depth].begin, bytes = reading->top - begin;
    reading->top = begin;
    if (bytes == 0) {
        return;
    }
    char *text = arena_alloc(reading->arena, bytes + 1);
    if (text == NULL) {
        stop_full(reading);
        return;
    }
    memcpy(text, reading->stack + begin, bytes);
    text[bytes] = '\0';
    reading->elements[reading->open[reading->depth].element].text = text;
}

static void on_text(void *context, const char *text, int bytes)
{
    struct reading *reading = context;
    if (reading->why != NULL || bytes <= 0) {
        return;
    }
    CHECK((size_t)bytes <= reading->room - reading->top);
    memcpy(reading->stack + reading->top, text, (size_t)bytes);
    reading->top += (size_t)bytes;
}

static void on_doctype(void *context, const char *name, const char *system_id,
                       const char *public_id, int has_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_subset;
    stop(context, "DOCTYPE is not taken");
}

static enum rc read_with(struct reading *reading, const char *bytes, size_t size, const char **why)
{
    XML_SetUserData(reading->parser, reading);
    XML_SetElementHandler(reading->parser, on_start, on_end);
    XML_SetCharacterDataHandler(reading->parser, on_text);
    XML_SetStartDoctypeDeclHandler(reading->parser, on_doctype);
    const enum XML_Status status = XML_Parse(reading->parser, bytes, (int)size, XML_TRUE);
    if (reading->why != NULL) {
        *why = reading->why;
        return reading->full ? RC_LIMIT : RC_INVALID;
    }
    if (status != XML_STATUS_OK) {
        *why = XML_ErrorString(XML_GetErrorCode(reading->parser));
        return RC_INVALID;
    }
    CHECK(reading->depth == 0);
    CHECK(reading->count > 0);
    return RC_OK;
}

enum rc web_xml_read(struct arena *arena, const char *bytes, size_t size, struct web_xml_tree *tree,
                     const char **why)
{
    enum rc rc = RC_LIMIT;
    if (size > WEB_XML_BYTES_MAX) {
        *why = "too long";
        return RC_INVALID;
    }
    struct reading *reading = calloc(1, sizeof *reading);
    if (reading == NULL) {
        goto out;
    }
    reading->arena = arena;
    reading->room = size;
    reading->stack = malloc(size + 1);
    reading->parser = XML_ParserCreate("UTF-8");
    if (reading->stack == NULL || reading->parser == NULL) {
        goto out;
    }
    rc = read_with(reading, bytes, size, why);
    if (rc == RC_OK) {
        struct web_xml *elements = arena_alloc(arena, reading->count * sizeof *elements);
        if (elements == NULL) {
            rc = RC_LIMIT;
            goto out;
        }
        memcpy(elements, reading->elements, reading->count * sizeof *elements);
        *tree = (struct web_xml_tree){.elements = elements, .count = reading->count};
    }
out:
    if (rc == RC_LIMIT) {
        *why = "too large for the memory that is left";
    }
    if (reading != NULL) {
        if (reading->parser != NULL) {
            XML_ParserFree(reading->parser);
        }
        free(reading->stack);
        free(reading);
    }
    return rc;
}

uint32_t web_xml_find(const struct web_xml_tree *tree, uint32_t element, const char *name)
{
    CHECK(element < tree->count);
    uint32_t at = tree->elements[element].child;
    while (at != 0 && strcmp(tree->elements[at].name, name) != 0) {
        at = tree->elements[at].next;
    }
    return at;
}

const char *web_xml_child(const struct web_xml_tree *tree, uint32_t element, const char *name)
{
    const uint32_t at = web_xml_find(tree, element, name);
    return at == 0 ? NULL : tree->elements[at].text;
}
