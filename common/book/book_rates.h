/* book_rates: figures of the archive (RatesShown) as pages of a workbook: a row a unit, place, category, channel or
 * period, rates as numbers that a spreadsheet can sort and draw, each with what it is made of; and how all of it is
 * counted. */
#pragma once

#include "common/book/book.h"
#include "common/say/say_rates.h"

/* Of this moment, not of a period: no column here. */
bool book_rates_is_now(int count);
/* A page, to be followed by its rows. heading: of the column of names. Reads no site. False: no memory, and there
 * is no page. */
MUST_CHECK bool book_rates_page(struct book *book, const struct say *say, const char *title,
                                const char *heading);
/* name: what the row is of, as people read it. */
void book_rates_row(struct book *book, const Paidan__RatesFormula *formula,
                    const Paidan__RatesRow *row, const char *name);
/* A page of sentences. made: when the book was made, in words. Reads no site. */
void book_rates_formula(struct book *book, const struct say *say,
                        const Paidan__RatesFormula *formula, const char *made);
