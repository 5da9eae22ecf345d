/* gateway_board: the board as people see it: escalation's tickets and the dispatcher's desk together. */
#pragma once

#include "gateway.h"

/* GET /board?area=&unit=&limit=: Board of escalation, joined with what lies at the desk for those who may
 * see the desk (say_desk_board, as `paidan board`); a unit's board has no desk. */
gateway_handler gateway_board_show;
