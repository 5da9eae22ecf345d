/* archive_person: a name for whoever registered a ticket, that tells nobody who it is and is the same
 * for all of his tickets: a keyed hash of his number, without one of what his channel calls him. The key
 * is DATA/secrets/archive/person.key, of this service alone; it is used while records are taken, never
 * in folding. */
#pragma once

#include <stdbool.h>

#include "common/base/limits.h"
#include "event.pb-c.h"

#define ARCHIVE_PERSON_KEY_BYTES 32u

/* Copies it; used until it is given anew. NULL: there is none, and nobody is named. */
void archive_person_use(const unsigned char key[ARCHIVE_PERSON_KEY_BYTES]);
/* False: without a key, of a confidential or anonymous ticket. */
bool archive_person_name(const Paidan__Registered *fact, char name[PSEUDONYM_BYTES + 1]);
