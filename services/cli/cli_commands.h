/* cli_commands: the functions behind the table. Each returns an exit status. */
#pragma once

struct cli;

int cli_submit(struct cli *cli);
int cli_show(struct cli *cli);
int cli_explain(struct cli *cli);
int cli_list(struct cli *cli);
int cli_lookup(struct cli *cli);
int cli_supplement(struct cli *cli);
int cli_chase(struct cli *cli);
int cli_withdraw(struct cli *cli);
int cli_work_list(struct cli *cli);
int cli_work_pull(struct cli *cli);
int cli_work_act(struct cli *cli); /* work accept ... appeal, supervise urge ... refuse */
int cli_desk_list(struct cli *cli);
int cli_desk_dispatch(struct cli *cli);
int cli_callback_list(struct cli *cli);
int cli_callback_answer(struct cli *cli);
int cli_board(struct cli *cli);
int cli_watch(struct cli *cli);
int cli_due(struct cli *cli);
int cli_alarms(struct cli *cli);
int cli_units(struct cli *cli);
int cli_policy_replan(struct cli *cli);
int cli_stats(struct cli *cli);
int cli_metrics(struct cli *cli);
int cli_ping(struct cli *cli);
int cli_clock_accept(struct cli *cli);
int cli_check(struct cli *cli);
int cli_calendar_show(struct cli *cli);
int cli_calendar_check(struct cli *cli);
int cli_calendar_import(struct cli *cli);
int cli_calendar_due(struct cli *cli);
int cli_log_dump(struct cli *cli);
int cli_log_verify(struct cli *cli);
int cli_log_replay(struct cli *cli);
int cli_backup(struct cli *cli);
int cli_restore(struct cli *cli);
int cli_help(struct cli *cli);
int cli_man(struct cli *cli);
int cli_completion(struct cli *cli);
int cli_version(struct cli *cli);
