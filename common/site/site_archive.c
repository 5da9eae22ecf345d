/* site_archive: owns struct site_archive. What must stay true: no password stands in a site, which is copied, compared
 * and read by many; what looks like a connection string is refused, and is not repeated in the refusal. */
#include "common/site/site_archive.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_private.h"
#include "common/site/site_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A name of one file: nothing in it leads elsewhere. */
static bool is_name(const char *text)
{
    const size_t bytes = strlen(text);
    const char *const letters = "abcdefghijklmnopqrstuvwxyz0123456789-.";
    return bytes > 0 && bytes <= CODE_BYTES_MAX && text[0] != '.' && strspn(text, letters) == bytes;
}

static void key_postgres(struct site_load *load, const struct site_key *key,
                         const struct site_node *value, void *target)
{
    struct site_archive *archive = target;
    const char *text = site_node_text(load, value);
    CHECK(key->name != NULL);
    if (text == NULL) {
        return;
    }
    if (!is_name(text)) {
        site_say(load, value->line, SAY_ARCHIVE_SECRET);
        return;
    }
    memcpy(archive->postgres, text, strlen(text) + 1);
}

static const struct site_key keys[] = {
    {.name = "postgres", .read = key_postgres},
};

void site_key_archive(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    (void)target;
    CHECK(key->name != NULL);
    (void)site_keys_read(load, value, keys, COUNT(keys), &load->site->archive);
}
