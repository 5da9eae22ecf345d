/* web_xml: XML that strangers send: expat, bounded in depth, elements and size; any DOCTYPE ends the
 * parse, so there are no entities but the five. The tree is flat and lies in the arena. Texts are
 * UTF-8, and may hold the controls that XML lets in by reference (U+007F to U+009F). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/rc.h"

enum { WEB_XML_DEPTH_MAX = 16, WEB_XML_ELEMENTS_MAX = 512, WEB_XML_BYTES_MAX = 256 << 10 };

struct web_xml {
    const char *name, *text; /* text: of this element alone, outer blanks kept; "" if none */
    uint32_t parent, next;   /* indexes; parent of the root: 0; next sibling, 0: none */
    uint32_t child;          /* first, 0: none */
};
struct web_xml_tree {
    const struct web_xml *elements; /* [0] is the root */
    uint32_t count;
};

/* RC_OK; RC_INVALID: no XML, not UTF-8, DOCTYPE, too deep or too many (why says); RC_LIMIT: arena. */
MUST_CHECK enum rc web_xml_read(struct arena *arena, const char *bytes, size_t size,
                                struct web_xml_tree *tree, const char **why);
/* Text of the child of that name of the element; NULL: none. */
const char *web_xml_child(const struct web_xml_tree *tree, uint32_t element, const char *name);
/* Its index; 0: none. */
uint32_t web_xml_find(const struct web_xml_tree *tree, uint32_t element, const char *name);
