/* test-crash-load: residents, clerks and callbacks at work on real stores, under record_shim.
 *
 * Usage: test-crash-load FOLDER SERVICE TICKETS SEED. FOLDER: empty; the four services get their
 * stores below it; the marks tell of SERVICE's log. Needs PAIDAN_ROOT for the site. */
#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "journal.h"
#include "world.h"

#define START_MS 1772413200000ull /* Monday 2026-03-02 09:00 in Shanghai */
#define TEXT_BYTES 12000
#define RESTART_EVERY 16

struct load {
    struct world *world;
    enum world_service service;
    journal_mark mark;
    uint64_t random, head;
};

static uint64_t below(struct load *load, uint64_t bound)
{
    load->random = load->random * 6364136223846793005u + 1442695040888963407u;
    return (load->random >> 33) % bound;
}

/* What is committed before a call returns, or before the next commit begins, may be known outside.
 */
static void mark_head(struct load *load)
{
    const uint64_t head = step_engine_head(world_engine(load->world, load->service));
    if (head == load->head) {
        return;
    }
    char text[32];
    (void)snprintf(text, sizeof text, "head %" PRIu64, head);
    load->mark(text);
    load->head = head;
}

static enum rc before_commit(void *context, const char *operation)
{
    if (strcmp(operation, "commit") == 0) {
        mark_head(context);
    }
    return RC_OK;
}

/* Most texts are short; some fill several pages of the store. */
static void make_text(struct load *load, unsigned number, char *text)
{
    static const char *const kinds[] = {"楼下烧烤店每天营业到凌晨,油烟和噪音太大",
                                        "小区垃圾桶三天没人清运,臭气熏天",
                                        "路灯坏了半个月,老人晚上不敢出门", "井盖破了,已经有人摔倒"};
    const size_t long_text = below(load, 4) == 0 ? TEXT_BYTES - 400 : 200;
    const size_t wanted = 1 + below(load, long_text);
    size_t used = (size_t)snprintf(text, TEXT_BYTES, "第%u件：", number);
    const char *kind = kinds[below(load, sizeof kinds / sizeof *kinds)];
    do {
        used += (size_t)snprintf(text + used, TEXT_BYTES - used, "%s。", kind);
    } while (used < wanted);
}

static uint64_t submit(struct load *load, unsigned number)
{
    static char text[TEXT_BYTES];
    char external[32], mark[96];
    make_text(load, number, text);
    (void)snprintf(external, sizeof external, "crash-%u", number);
    (void)snprintf(mark, sizeof mark, "asked %s", external);
    load->mark(mark);
    const uint64_t ticket = world_submit(load->world, "wechat", text, "柳林社区", external);
    (void)snprintf(mark, sizeof mark, "given %" PRIu64 " %s", ticket, external);
    load->mark(mark);
    mark_head(load);
    return ticket;
}

/* As far as chance lets it go: a ticket may stay where it is. */
static void work(struct load *load, uint64_t ticket)
{
    static const Paidan__Action actions[] = {PAIDAN__ACTION__ACTION_ACCEPT,
                                             PAIDAN__ACTION__ACTION_CONTACT,
                                             PAIDAN__ACTION__ACTION_RESOLVE};
    char unit[64];
    const Paidan__Brief *brief = world_brief(load->world, ticket);
    if (brief == NULL || brief->unit == NULL) {
        return;
    }
    (void)snprintf(unit, sizeof unit, "%s", brief->unit);
    const uint64_t steps = below(load, 5);
    for (unsigned at = 0; at < 3 && at < steps; at++) {
        (void)world_work(load->world, unit, actions[at], ticket, "已处理");
        mark_head(load);
    }
    if (steps >= 4) {
        (void)world_answer(load->world, ticket, PAIDAN__SOLVED__SOLVED_YES,
                           PAIDAN__SATISFIED__SATISFIED_YES);
        mark_head(load);
    }
}

static void run(struct load *load, unsigned tickets)
{
    world_fault(load->world, load->service, before_commit, load);
    mark_head(load);
    for (unsigned number = 1; number <= tickets; number++) {
        work(load, submit(load, number));
        if (below(load, 4) == 0) {
            world_advance(load->world, below(load, 40000000));
            mark_head(load);
        }
        if (number % RESTART_EVERY == 0) {
            world_restart(load->world, load->service);
            world_fault(load->world, load->service, before_commit, load);
        }
    }
}

static bool find_service(const char *name, enum world_service *service)
{
    for (unsigned index = 0; index < WORLD_SERVICES; index++) {
        if (strcmp(world_step_service(index)->name, name) == 0) {
            *service = index;
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    struct load load = {0};
    const char *root = getenv("PAIDAN_ROOT");
    char site[512];
    if (argc != 5 || root == NULL || !find_service(argv[2], &load.service)) {
        fputs("usage: test-crash-load FOLDER SERVICE TICKETS SEED (PAIDAN_ROOT is set)\n", stderr);
        return 64;
    }
    void *found = dlsym(RTLD_DEFAULT, JOURNAL_MARK_SYMBOL);
    if (found == NULL) {
        fputs("test-crash-load: the shim is not preloaded\n", stderr);
        return 64;
    }
    memcpy(&load.mark, &found, sizeof load.mark);
    load.random = strtoull(argv[4], NULL, 10);
    (void)snprintf(site, sizeof site, "%s/deploy/sites/demo", root);
    load.world = world_open(argv[1], site, START_MS);
    run(&load, (unsigned)strtoul(argv[3], NULL, 10));
    world_check(load.world);
    printf("%s: log up to %" PRIu64 "\n", argv[2], load.head);
    world_close(load.world);
    return 0;
}
