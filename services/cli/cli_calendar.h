/* cli_calendar: what the calendar commands share. */
#pragma once

#include "cli.h"

/* The site of --site, else the instance's. *loaded is for site_free, NULL if it is the instance's.
 * 0 or a status. */
MUST_CHECK int cli_calendar_site(struct cli *cli, const struct site **site, struct site **loaded);
/* The calendar of --calendar, else the first of the site (always, if it has none). 0 or a status.
 */
MUST_CHECK int cli_calendar_find(const struct cli *cli, const struct site *site,
                                 const struct calendar **calendar);
/* The year of the wall clock of the site, now. */
int cli_calendar_year(const struct calendar *calendar);
uint64_t cli_calendar_now(void);
