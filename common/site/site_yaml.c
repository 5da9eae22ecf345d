/* site_yaml: site.yaml as a tree of nodes that know their line.
 *
 * Built from libyaml's events, which come one by one: an alias, a tag or a nesting too deep ends
 * the reading where it stands, before it costs memory. (Nine aliases of aliases make a file of a
 * few lines into a billion nodes.) A syntax mistake ends it too: what follows would be told in the
 * wrong place.
 *
 * Nodes live in the pool of the load and are never freed one by one. In a map keys and values take
 * turns as children, a key's value being its `next`; count is that of pairs once the map is
 * closed. */

#include "common/site/site_yaml.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"

struct build {
    struct site_load *load;
    yaml_parser_t parser;
    uint32_t node_count, depth;
    bool failed;
    struct site_node *top[SITE_YAML_DEPTH_MAX];  /* open lists and maps */
    struct site_node *last[SITE_YAML_DEPTH_MAX]; /* their newest child */
    struct site_node *root;
};

/* libyaml counts from 0, people from 1. */
static uint32_t line_of(const yaml_mark_t *mark)
{
    CHECK(mark->line < SITE_YAML_BYTES_MAX); /* a line has a byte at least */
    return (uint32_t)mark->line + 1;
}

/* The line of a mark outside of quotes and comments: what a Chinese keyboard writes for ":", or a
 * tab that indents. */
static bool find_mark(const struct site_source *source, const char *mark, uint32_t *line)
{
    const size_t bytes = strlen(mark);
    bool quiet = false;
    *line = 1;
    for (size_t at = 0; at + bytes <= source->size; at++) {
        const char byte = source->bytes[at];
        if (!quiet && memcmp(source->bytes + at, mark, bytes) == 0) {
            return true;
        }
        if (byte == '\n') {
            quiet = false;
            *line += 1;
        }
        quiet = quiet || byte == '#' || byte == '"' || byte == '\'';
    }
    return false;
}

/* What the line at which reading ended holds of a Chinese keyboard: quotes or commas in the place of
 * those that YAML knows. False: nothing, and nothing was said. */
static bool say_wide(struct build *build, uint32_t line)
{
    struct site_load *load = build->load;
    const struct site_source *source = &load->sources[load->file];
    size_t from = 0;
    for (uint32_t at = 1; at < line && from < source->size; from++) {
        at += source->bytes[from] == '\n' ? 1 : 0;
    }
    const char *end = memchr(source->bytes + from, '\n', source->size - from);
    const size_t bytes = end == NULL ? source->size - from : (size_t)(end - (source->bytes + from));
    const char *text = arena_printf(&load->arena, "%.*s", (int)bytes, source->bytes + from);
    if (text == NULL) {
        return false;
    }
    if (site_cell_has_quote(text)) {
        site_say(load, line, SAY_QUOTE_WIDE, site_shown(load, text));
        return true;
    }
    if (strstr(text, "，") != NULL || strstr(text, "、") != NULL) {
        site_say(load, line, SAY_YAML_WIDE_COMMA);
        return true;
    }
    return false;
}

/* libyaml's own words, for they name what it expected; they are English in both languages. */
static void syntax_mistake(struct build *build)
{
    const yaml_parser_t *parser = &build->parser;
    build->failed = true;
    if (parser->error == YAML_MEMORY_ERROR) {
        build->load->no_memory = true;
        return;
    }
    const char *problem = parser->problem == NULL ? "?" : parser->problem;
    uint32_t line = 0;
    if (find_mark(&build->load->sources[build->load->file], "：", &line)) {
        site_say(build->load, line, SAY_YAML_WIDE_COLON);
        return;
    }
    if (find_mark(&build->load->sources[build->load->file], "\n\t", &line)) {
        site_say(build->load, line + 1, SAY_YAML_TAB);
        return;
    }
    if (!say_wide(build, line_of(&parser->problem_mark))) {
        site_say(build->load, line_of(&parser->problem_mark), SAY_YAML_SYNTAX, problem);
    }
}

/* Hangs a node below the innermost open list or map. */
static void attach(struct build *build, struct site_node *node)
{
    CHECK(build->depth <= SITE_YAML_DEPTH_MAX);
    CHECK(build->depth > 0 || build->root == NULL);
    if (build->depth == 0) {
        build->root = node;
        return;
    }
    struct site_node *parent = build->top[build->depth - 1];
    struct site_node *last = build->last[build->depth - 1];
    if (last == NULL) {
        parent->child = node;
    } else {
        last->next = node;
    }
    build->last[build->depth - 1] = node;
    parent->count++;
}

/* A new node in its place; NULL: there are too many, or no memory. */
static struct site_node *add(struct build *build, enum site_node_type type, uint32_t line)
{
    struct site_load *load = build->load;
    if (build->node_count == SITE_YAML_NODES_MAX) {
        site_say(load, line, SAY_YAML_TOO_MANY, (unsigned)SITE_YAML_NODES_MAX);
        build->failed = true;
        return NULL;
    }
    struct site_node *node = site_pool_alloc(&load->pool, sizeof *node);
    if (node == NULL) {
        load->no_memory = true;
        build->failed = true;
        return NULL;
    }
    build->node_count++;
    node->type = type;
    node->line = line;
    attach(build, node);
    return node;
}

static void add_scalar(struct build *build, const yaml_event_t *event)
{
    const char *value = (const char *)event->data.scalar.value;
    const size_t bytes = event->data.scalar.length;
    struct site_node *node = add(build, SITE_NODE_SCALAR, line_of(&event->start_mark));
    if (node == NULL) {
        return;
    }
    char *text = site_pool_alloc(&build->load->pool, bytes + 1);
    if (text == NULL) {
        build->load->no_memory = true;
        build->failed = true;
        return;
    }
    memcpy(text, value, bytes);
    node->text = text;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (strlen(text) != bytes) { /* "\0" in double quotes */
        site_say(build->load, node->line, SAY_FILE_CONTROL, 0u);
        build->failed = true;
    }
}

static void open_node(struct build *build, const yaml_event_t *event, enum site_node_type type)
{
    CHECK(type != SITE_NODE_SCALAR);
    const uint32_t line = line_of(&event->start_mark);
    if (build->depth == SITE_YAML_DEPTH_MAX) {
        site_say(build->load, line, SAY_YAML_TOO_DEEP, (unsigned)SITE_YAML_DEPTH_MAX);
        build->failed = true;
        return;
    }
    struct site_node *node = add(build, type, line);
    if (node != NULL) {
        build->top[build->depth] = node;
        build->last[build->depth] = NULL;
        build->depth++;
    }
}

static void close_node(struct build *build)
{
    CHECK(build->depth > 0);
    build->depth--;
    struct site_node *node = build->top[build->depth];
    if (node->type == SITE_NODE_MAP) {
        CHECK(node->count % 2 == 0);
        node->count /= 2;
    }
}

/* Anchors, aliases and tags: nobody needs them to write a site, and each is a way to say
 * something else than what stands there. */
static bool decorated(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return true;
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL;
    default:
        return false;
    }
}

/* A second document in the file would be left out without a word, so it is a mistake. */
static void take(struct build *build, const yaml_event_t *event)
{
    const uint32_t line = line_of(&event->start_mark);
    if (decorated(event)) {
        site_say(build->load, line, SAY_YAML_ALIAS);
        build->failed = true;
        return;
    }
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        add_scalar(build, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        open_node(build, event, SITE_NODE_LIST);
        break;
    case YAML_MAPPING_START_EVENT:
        open_node(build, event, SITE_NODE_MAP);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_node(build);
        break;
    case YAML_DOCUMENT_START_EVENT:
        if (build->root != NULL) {
            site_say(build->load, line, SAY_YAML_SECOND_DOCUMENT);
            build->failed = true;
        }
        break;
    default:
        break;
    }
}

const struct site_node *site_yaml_parse(struct site_load *load)
{
    const struct site_source *source = &load->sources[load->file];
    struct build build = {.load = load};
    CHECK(site_file_yaml(load->file));
    if (yaml_parser_initialize(&build.parser) == 0) {
        load->no_memory = true;
        return NULL;
    }
    yaml_parser_set_encoding(&build.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&build.parser, (const unsigned char *)source->bytes, source->size);
    bool ended = false;
    while (!ended && !build.failed) {
        yaml_event_t event;
        if (yaml_parser_parse(&build.parser, &event) == 0) {
            syntax_mistake(&build);
            break;
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        take(&build, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&build.parser);
    if (!build.failed && build.root == NULL) {
        site_say(load, 0, SAY_YAML_EMPTY);
    }
    return build.failed ? NULL : build.root;
}
