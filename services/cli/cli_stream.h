/* cli_stream: rows of a table in the order of their time, each joined to the event it tells of; and how
 * that agrees with groups that people made. */
#pragma once

#include "cli_cells.h"
#include "cli_progress.h"
#include "common/learn/group.h"

struct cli_stream_line {
    char *bytes; /* id, title, text, event, one after the other */
    size_t id_bytes, title_bytes, text_bytes, event_bytes;
    uint64_t time_ms;
    size_t number; /* in the table, from 0 */
    size_t first;  /* of its group: number */
    struct group_candidate best;
    bool proposed; /* best is one */
};

/* Each row that joined against what people say, as BASELINES has it: a join is right when the row that
 * was joined by is of the same event. */
struct cli_stream_judged {
    uint64_t arrivals; /* rows of an event that was told of before */
    uint64_t right, wrong;
    double precision, recall, f1; /* 0 where nothing joined, or nothing could */
};

struct cli_stream {
    const struct cli *cli;
    struct cli_stream_line *lines; /* in the table's order */
    size_t count, room;
    struct group_index *index;
    float threshold;
    uint64_t joined;
    uint64_t took_us; /* for counting, finding and keeping all of them */
    const struct cli_stream_line **sorted;
};

/* Columns id, time, title, text; event: the column of people's groups, or NULL. 0 or a status after
 * saying what is wrong; either way for cli_stream_free. Before: *stream is zero but for cli. */
MUST_CHECK int cli_stream_read(struct cli_stream *stream, const char *path, const char *event);
/* Joins all of them, in the order of time. 0 or a status. Before: they were read. */
MUST_CHECK int cli_stream_group(struct cli_stream *stream, struct cli_progress *progress);
/* Before: they were read with an event and grouped. */
void cli_stream_judge(struct cli_stream *stream, struct cli_stream_judged *judged);
/* The sentence about it, with its line end. */
void cli_stream_say(const struct cli *cli, const struct cli_stream_judged *judged, FILE *out);
void cli_stream_free(struct cli_stream *stream);
