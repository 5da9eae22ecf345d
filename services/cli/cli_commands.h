/* cli_commands: the table, and the functions behind it. Each returns an exit status. */
#pragma once

#include "cli_options.h"

struct cli;
extern const struct cli_commands cli_commands;

int cli_submit(struct cli *cli);
int cli_show(struct cli *cli);
int cli_explain(struct cli *cli);
int cli_list(struct cli *cli);
int cli_intake_lookup(struct cli *cli);
int cli_intake_supplement(struct cli *cli);
int cli_intake_chase(struct cli *cli);
int cli_intake_withdraw(struct cli *cli);
int cli_list_work(struct cli *cli);
int cli_work_pull(struct cli *cli);
int cli_work_act(struct cli *cli); /* work accept ... appeal, supervise urge ... refuse */
int cli_desk_list(struct cli *cli);
int cli_desk_dispatch(struct cli *cli);
int cli_desk_recall(struct cli *cli);
int cli_callback_list(struct cli *cli);
int cli_callback_miss(struct cli *cli);
int cli_devices_list(struct cli *cli);
int cli_caller(struct cli *cli);
int cli_callback_answer(struct cli *cli);
int cli_board_show(struct cli *cli);
int cli_watch(struct cli *cli);
int cli_due(struct cli *cli);
int cli_requests(struct cli *cli);
int cli_due_alarms(struct cli *cli);
int cli_units(struct cli *cli);
int cli_names_list(struct cli *cli); /* areas, categories, channels */
int cli_channels_status(struct cli *cli);
int cli_channels_list(struct cli *cli);
int cli_channels_retry(struct cli *cli);
int cli_channels_drop(struct cli *cli);
int cli_replan(struct cli *cli);
int cli_stats(struct cli *cli);
int cli_metrics(struct cli *cli);
int cli_service_ping(struct cli *cli);
int cli_clock_accept(struct cli *cli);
int cli_permit(struct cli *cli);
int cli_check(struct cli *cli);
int cli_try_text(struct cli *cli);
int cli_new_site(struct cli *cli);
int cli_calendar_show(struct cli *cli);
int cli_calendar_check(struct cli *cli);
int cli_calendar_import(struct cli *cli);
int cli_calendar_due(struct cli *cli);
int cli_log_dump(struct cli *cli);
int cli_log_verify(struct cli *cli);
int cli_log_replay(struct cli *cli);
int cli_backup(struct cli *cli);
int cli_backup_restore(struct cli *cli);
int cli_access_init(struct cli *cli);
int cli_access_user(struct cli *cli);
int cli_access_role(struct cli *cli);
int cli_access_change(struct cli *cli);
int cli_access_key(struct cli *cli);
int cli_access_session(struct cli *cli);
int cli_access_audit(struct cli *cli);
int cli_access_trial(struct cli *cli);
int cli_login(struct cli *cli);
int cli_login_out(struct cli *cli);
int cli_login_who(struct cli *cli);
int cli_login_password(struct cli *cli);
int cli_login_factor(struct cli *cli);
int cli_help(struct cli *cli);
int cli_man(struct cli *cli);
int cli_completion(struct cli *cli);
int cli_help_version(struct cli *cli);
