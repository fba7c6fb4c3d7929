/** A small shop: enough of everything for the console's pages. */
export const SHOP = `
  create schema sales;
  create type sales.status as enum ('open', 'paid', 'shipped');
  create table sales.customer (id bigint generated always as identity primary key, email text not null unique, name text not null, since date not null default current_date);
  comment on table sales.customer is 'Who buys. One row a person or company.';
  comment on column sales.customer.email is 'where bills go';
  create table sales.product (id bigint generated always as identity primary key, title text not null, price numeric(10,2) not null check (price >= 0), details jsonb);
  create table sales.orders (id bigint generated always as identity primary key, customer_id bigint not null references sales.customer, status sales.status not null default 'open',
    ordered_at timestamptz not null default now());
  create index orders_customer on sales.orders (customer_id);
  create table sales.order_line (order_id bigint references sales.orders on delete cascade, product_id bigint references sales.product, pieces int not null check (pieces > 0),
    primary key (order_id, product_id));
  create view sales.revenue as select o.customer_id, sum(l.pieces * p.price) as total from sales.orders o join sales.order_line l on l.order_id = o.id join sales.product p on p.id = l.product_id group by 1;
  create function sales.discount(total numeric, percent numeric default 10) returns numeric language sql immutable as $$ select total * (1 - percent / 100) $$;
  comment on function sales.discount is 'What is left of a total after a discount.';
  create function sales.touch() returns trigger language plpgsql as 'begin return new; end';
  create trigger touched before update on sales.orders for each row execute function sales.touch();
  insert into sales.customer (email, name) select case i when 1 then 'ada@example.com' else format('person%s@example.com', i) end, format('Person %s', i) from generate_series(1, 200) i;
  insert into sales.product (title, price) select format('Product %s', i), i * 1.5 from generate_series(1, 50) i;
  insert into sales.orders (customer_id, status) select 1 + i % 200, (enum_range(null::sales.status))[1 + i % 3] from generate_series(1, 5000) i;
  insert into sales.order_line select o, 1 + (o * 7 + p) % 50, 1 + p from generate_series(1, 5000) o, generate_series(1, 3) p on conflict do nothing;
  analyze;`;
