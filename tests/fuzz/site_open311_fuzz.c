/* site_open311_fuzz: open311.yaml beside a good site: whatever it is, it is refused with a mistake, or what is
 * offered are categories of the site, once each, with questions that can be answered. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_open311.h"
#include "site_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check_service(const struct site *site, const struct site_open311_service *service)
{
    CHECK(service->category < site->category_count);
    CHECK(service->attribute_count <= SITE_OPEN311_ATTRIBUTES_MAX);
    for (uint32_t index = 0; index < service->attribute_count; index++) {
        const struct site_open311_attribute *attribute = &service->attributes[index];
        const bool list =
            attribute->type == SITE_OPEN311_SINGLE || attribute->type == SITE_OPEN311_MULTI;
        CHECK(attribute->code[0] != '\0');
        CHECK(list == (attribute->value_count > 0));
        CHECK(!attribute->told || !attribute->required);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    if (bytes == 0) {
        return 0;
    }
    files.text[SITE_OPEN311] = (const char *)data;
    files.bytes[SITE_OPEN311] = bytes;
    struct site_report *report = calloc(1, sizeof *report);
    CHECK(report != NULL);
    const enum rc rc = site_files_load(&files, report, &site);
    CHECK(rc == RC_OK || rc == RC_SETTINGS);
    CHECK((rc == RC_OK) == (report->count == 0));
    if (rc == RC_OK) {
        const struct site_open311 *open311 = site->open311;
        CHECK(open311->channel < site->channel_count);
        for (uint32_t index = 0; index < open311->service_count; index++) {
            check_service(site, &open311->services[index]);
        }
        for (uint32_t index = 0; index < open311->category_count; index++) {
            CHECK(open311->categories[index] < site->category_count);
        }
        site_free(site);
    }
    free(report);
    return 0;
}
