/** A database with what real ones have: everything that pg_dump writes in a way of its own. */
export const SCHEMA = `
  create schema sales;
  create schema "Odd Name";
  create extension citext;
  create type sales.mood as enum ('sad', 'it''s ok', 'happy');
  create type sales.size as (width int, height numeric(8, 2));
  create type sales.span as range (subtype = numeric);
  create domain sales.email as citext check (value ~ '@');
  create sequence sales.invoice_number start 1000 increment 5;
  create function sales.twice(n int) returns int language sql immutable as 'select n * 2';
  create function sales.touched() returns trigger language plpgsql as $$ begin new.note := coalesce(new.note, 'none ' || new.number); return new; end $$;
  create procedure sales.noop(inout n int) language plpgsql as $$ begin n := n + 1; end $$;
  create aggregate sales.total(int) (sfunc = int4pl, stype = int, initcond = '0');
  create table sales.customer (
    id int generated always as identity primary key,
    email sales.email not null unique,
    mood sales.mood default 'sad',
    box sales.size,
    joined timestamptz not null default '2026-01-01 00:00:00+00',
    doubled int generated always as (sales.twice(3)) stored
  );
  comment on table sales.customer is 'who buys; it''s "quoted"';
  comment on column sales.customer.mood is E'two\\nlines';
  create table sales.invoice (
    number bigint primary key default nextval('sales.invoice_number'),
    customer int not null references sales.customer on delete cascade deferrable initially deferred,
    amount numeric(12, 2) check (amount >= 0),
    tags text[] not null default '{}',
    details jsonb,
    raw bytea,
    note text,
    exclude using gist (int4range(customer, customer, '[]') with =) where (amount > 1e6)
  );
  create index invoice_tags on sales.invoice using gin (tags);
  create unique index invoice_lower on sales.invoice (lower(note)) where note is not null;
  create statistics sales.together (dependencies) on customer, amount from sales.invoice;
  create trigger touched before insert or update on sales.invoice for each row execute function sales.touched();
  create table sales.event (at date not null, what text) partition by range (at);
  create table sales.event_2025 partition of sales.event for values from ('2025-01-01') to ('2026-01-01');
  create table sales.event_2026 partition of sales.event for values from ('2026-01-01') to ('2027-01-01');
  create index on sales.event (at);
  create table "Odd Name"."Table ""X""" ("select" int, "ünïcode" text);
  create table sales.parent (id int, label text collate "C");
  create table sales.child (extra int) inherits (sales.parent);
  create unlogged table sales.scratch (id int);
  create view sales.open as select c.email, i.amount from sales.customer c join sales.invoice i on i.customer = c.id where i.amount > 0;
  create materialized view sales.summary as select customer, sum(amount) as amount from sales.invoice group by customer;
  create unique index on sales.summary (customer);
  create rule no_delete as on delete to sales.parent do instead nothing;
  alter table sales.customer enable row level security;
  create policy own on sales.customer for select using (mood is not null);
  create function sales.grown() returns event_trigger language plpgsql as 'begin end';
  create event trigger grown on ddl_command_end execute function sales.grown();
  alter event trigger grown disable;
  alter table sales.invoice alter column note set storage external, alter column amount set statistics 500;

  insert into sales.customer (email, mood, box) select 'c' || i || '@example.org', (array['sad', 'it''s ok', 'happy'])[1 + i % 3]::sales.mood, row(i, i / 4.0)::sales.size from generate_series(1, 200) i;
  insert into sales.invoice (customer, amount, tags, details, raw, note)
    select 1 + i % 200, i / 3.0, array['a' || i % 7, E'tab\\there', null, 'comma, "quote"'], jsonb_build_object('n', i, 'text', E'back\\\\slash'), decode(md5(i::text), 'hex'), case when i % 5 > 0 then E'note ' || i || E'\\r\\n\\\\.' end
    from generate_series(1, 2000) i;
  insert into sales.event select date '2025-06-01' + i, 'e' || i from generate_series(1, 400) i;
  insert into "Odd Name"."Table ""X""" values (1, 'größer 😀'), (null, '\\N'), (3, '');
  insert into sales.parent values (1, 'p');
  insert into sales.child values (2, 'c', 3);
  refresh materialized view sales.summary;
`;
