/* toy_fixture: a toy service on a store of its own, with short words for what tests do to it. */
#pragma once

#include "common/step/step.h"
#include "scratch.h"
#include "toy.h"

#define TOY_INPUTS_MAX 100u

struct toy_fixture {
    struct scratch scratch;
    struct store *store;
    struct step_engine *engine;
    struct site site;
    struct site_level levels[3];
    uint64_t now_ms;
    struct step_input inputs[TOY_INPUTS_MAX];
    struct step_outcome outcomes[TOY_INPUTS_MAX];
    size_t count;
    bool storage_low;
    const struct step_peer *peer;        /* who asks; NULL: nobody known */
    Paidan__Request__WishCase forbidden; /* to all but root; 0: nothing is */
};

enum rc toy_open_engine(struct toy_fixture *fixture);
void toy_reopen(struct toy_fixture *fixture);
void toy_make_site(struct toy_fixture *fixture, uint32_t version, const char *top);
int toy_setup(void **state);
int toy_teardown(void **state);
void *toy_take(struct toy_fixture *fixture, size_t bytes);
/* A request with the id "id" and fifteen zeroes; id 0: none. */
Paidan__Request *toy_make_request(struct toy_fixture *fixture, unsigned char id,
                                  uint64_t correlation);
struct step_input *toy_add_command(struct toy_fixture *fixture, const Paidan__Request *request);
void toy_add_submit(struct toy_fixture *fixture, unsigned char id, uint64_t correlation,
                    const char *text, size_t tickets);
struct step_input *toy_add_pull(struct toy_fixture *fixture, unsigned char id, uint64_t until_ms);
void toy_add_record(struct toy_fixture *fixture, uint64_t seq, uint64_t ticket);
enum rc toy_run(struct toy_fixture *fixture);
void toy_run_ok(struct toy_fixture *fixture);
const Paidan__Answer *toy_answer_of(struct toy_fixture *fixture, size_t index);
uint64_t toy_tally_of(struct toy_fixture *fixture, enum toy_tally which);
void toy_read_event(struct toy_fixture *fixture, uint64_t seq, Paidan__Event **event);
void toy_check_log(struct toy_fixture *fixture);
/* The log folded again gives the same tables. */
void toy_check_replay(struct toy_fixture *fixture);
void toy_check_all(struct toy_fixture *fixture);
enum rc toy_count_commits(void *context, const char *operation);
