/* gateway_people: what administrators do where a secret is made: it is made here, shown once, and only
 * what follows from it goes to access; and who has which role. All else about people is plain wishes
 * (gateway_route.c). */
#pragma once

#include "gateway.h"

gateway_handler gateway_people_add;    /* POST /people {person, full_name?}: + password */
gateway_handler gateway_people_change; /* POST /people/{name} {..., new_password?}: + password */
gateway_handler gateway_people_key;    /* POST /keys {label, roles, expires?}: + secret */
gateway_handler gateway_people_roles;  /* GET /roles ?role= &unit= &person= &cursor= &limit= */
