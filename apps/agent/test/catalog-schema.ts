/** One of everything that runs code when something else is used. */
export const SCHEMA = `
create schema app;
create sequence app.moved;
create table app.items (id int primary key, name text, price numeric default 1 check (price >= 0));
insert into app.items select n, 'item ' || n, n from generate_series(1, 20) n;

create function app.total(low int, high int default 10) returns bigint language sql stable as 'select count(*) from app.items where id between low and high';
create function app.doubled(n int) returns int language plpgsql immutable as $$ begin return n * 2; end $$;
create function app.lying() returns bigint language sql immutable as $$ select nextval('app.moved') $$;
create function app.owner_only() returns bigint language sql security definer set search_path = app, pg_temp as 'select count(*) from items';
create function app.dynamic(t text) returns bigint language plpgsql as $$ declare n bigint; begin execute 'select count(*) from ' || t into n; return n; end $$;
create function app.atomic(n int) returns bigint language sql begin atomic select count(*) from app.items where id < n; end;
create function app.many(variadic n int[]) returns int language sql as 'select 1';
create procedure app.work(a int, out b int) language plpgsql as $$ begin b := a; end $$;
create function app.long() returns text language sql as $$ select '${'x'.repeat(9_000)}' $$;
create function app.moves(item app.items) returns bigint language sql as $$ select nextval('app.moved') + item.id * 0 $$;

create aggregate app.sum_moved(int) (sfunc = int4pl, stype = int, initcond = '0', finalfunc = app.doubled);
create function app.moving_add(a int, b int) returns int language sql as $$ select a + b + 0 * nextval('app.moved')::int $$;
create aggregate app.moving_sum(int) (sfunc = app.moving_add, stype = int, initcond = '0');
create operator app.#+# (leftarg = int, rightarg = int, function = app.moving_add);
create operator public.@@@ (leftarg = int, rightarg = int, function = int4pl);

create function app.is_fine(n int) returns boolean language sql as $$ select nextval('app.moved') > 0 $$;
create domain app.guarded as int check (app.is_fine(value));
create domain app.plain as int;
create type app.pair as (a app.guarded, b text);
create table app.guarded_rows (id int, value app.guarded, others app.guarded[]);
create type app.mood as enum ('good', 'bad');
create type app.money_like as (amount numeric);
create function app.to_money(n int) returns app.money_like language sql as $$ select row(nextval('app.moved'))::app.money_like $$;
create cast (int as app.money_like) with function app.to_money(int) as assignment;
create type app.span as range (subtype = app.guarded);

create view app.pure as select id, upper(name) as name from app.items;
create view app.moving as select nextval('app.moved') as n;
create view app.killing as select pg_terminate_backend(-1) as gone;
create view app.on_view as select * from app.moving;
create materialized view app.kept as select count(*) as n from app.items;

create table app.watched (id int, note text default app.dynamic('app.items')::text, made bigint generated always as (id * 2) stored);
create function app.noticed() returns trigger language plpgsql as $$ begin perform app.dynamic('app.items'); return new; end $$;
create trigger "odd "" WHEN (true --" before insert or update on app.watched for each row
  when (new.note is distinct from 'a'') WHEN (' and app.doubled(new.id) > 0) execute function app.noticed('x) EXECUTE');
create table app.ruled (id int);
create rule also as on insert to app.ruled do also select app.lying();
create table app.policed (id int);
alter table app.policed enable row level security;
create policy some_rows on app.policed for select using (app.is_fine(id));
create policy any_rows on app.policed using (app.is_fine(id)) with check (id > 0);
create table app.parent (id int primary key);
create table app.child (id int references app.parent on delete cascade, n bigint);
create trigger child_gone after delete on app.child for each row execute function app.noticed();
create table app.parts (id int, at date) partition by range (at);
create table app.parts_now partition of app.parts for values from ('2020-01-01') to ('2030-01-01');
create index on app.items ((app.doubled(id))) where app.doubled(id) > 4;

create function public.upper(varchar) returns text language sql as $$ select nextval('app.moved')::text $$;
create extension file_fdw;
create server files foreign data wrapper file_fdw;
create foreign table app.lines (line text) server files options (program 'echo ran');
create foreign table app.parts_old partition of app.parts for values from ('2010-01-01') to ('2020-01-01') server files options (filename '/dev/null');
`;

export const EXTENSIONS = `
create extension hstore schema public;
create extension citext schema public;
create table app.emails (email citext);
`;
