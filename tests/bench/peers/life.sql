-- The same life in PostgreSQL: the same stages, the same event for each, the same texts, duplicate
-- detection by external id, a queue by unit and due time, deadlines. Functions run on the server, so
-- that a stage is one round trip and one transaction; `life_*` take one ticket, `batch_*` a thousand.
create table ticket (
    id bigserial primary key, state smallint not null, unit smallint not null, level smallint not null,
    version int not null, external_id text not null unique, due_ms bigint not null, title text not null,
    holder text, query_code text not null);
create index ticket_queue on ticket (unit, due_ms) where state = 1;
create index ticket_work on ticket (unit, due_ms) where state between 2 and 3;
create index ticket_asked on ticket (due_ms) where state between 4 and 5;
create table event (
    seq bigserial primary key, ticket bigint not null, kind smallint not null, at_ms bigint not null,
    actor text not null, body text not null);
create sequence external;

create function now_ms() returns bigint language sql as
    $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint $$;

create function batch_submit(n int, words text) returns void language sql as $$
    with fresh as (
        insert into ticket (state, unit, level, version, external_id, due_ms, title, query_code)
        select 0, i % 8, 1, 1, 'wx' || nextval('external'), now_ms() + 14400000,
               left(words, 40), substr(md5(random()::text), 1, 6)
        from generate_series(1, n) i returning id)
    insert into event (ticket, kind, at_ms, actor, body) select id, 10, now_ms(), 'wechat-bot', words from fresh $$;
create function stage(from_state int, to_state int, n int, said int, say text, of_unit int default null)
    returns int language plpgsql as $$
declare moved int;
begin
    with picked as (
        select id from ticket where state = from_state and (of_unit is null or unit = of_unit)
        order by due_ms limit n for update skip locked),
    done as (
        update ticket t set state = to_state, version = version + 1, holder = say
        from picked p where t.id = p.id returning t.id)
    insert into event (ticket, kind, at_ms, actor, body) select id, said, now_ms(), say, say from done;
    get diagnostics moved = row_count;
    return moved;
end $$;
create index ticket_new on ticket (due_ms) where state = 0;
