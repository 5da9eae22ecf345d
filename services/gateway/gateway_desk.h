/* gateway_desk: what people see of two services as one: escalation's tickets and the dispatcher's desk. */
#pragma once

#include <jansson.h>

#include "gateway.h"

/* GET /board, /due, /tickets and /alarms: escalation's wish of the route, joined with what lies at the desk
 * for those who may see it (say_desk, as the command line does); a unit's list has no desk. */
gateway_handler gateway_desk_show;

/* The same question of anybody's choice: object is the wish of the exchange's route, told gets escalation's
 * answer with the desk in it; desk: there was one, or none belongs to it. object is taken. */
typedef void gateway_desk_told(struct exchange *exchange, const Paidan__Answer *answer, bool desk);
void gateway_desk_send(struct exchange *exchange, json_t *object, gateway_desk_told *told);
