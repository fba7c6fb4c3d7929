-- The demo customer: a small shop. Loaded by its owner, shop_app, in one transaction with data.sql.
create type order_status as enum ('pending', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded');
create type payment_method as enum ('card', 'paypal', 'bank_transfer', 'gift_card');
create sequence order_number_seq start 1000001;
comment on sequence order_number_seq is 'Numbers that customers see on invoices';

create table customers (
  id bigint generated always as identity primary key,
  email text not null unique,
  full_name text not null,
  phone text,
  newsletter boolean not null default false,
  created_at timestamptz not null default now(),
  metadata jsonb not null default '{}'
);
comment on table customers is 'People who bought at least once or signed up';
comment on column customers.email is 'Personal data';
comment on column customers.phone is 'Personal data';

create table addresses (
  id bigint generated always as identity primary key,
  customer_id bigint not null references customers,
  kind text not null check (kind in ('billing', 'shipping')),
  street text not null,
  city text not null,
  postal_code text not null,
  country char(2) not null
);
create index addresses_customer_id_idx on addresses (customer_id);

create table categories (
  id int primary key,
  parent_id int references categories,
  name text not null unique
);

create table products (
  id bigint generated always as identity primary key,
  category_id int not null references categories,
  sku text not null unique,
  name text not null,
  description text,
  active boolean not null default true,
  tags text[] not null default '{}',
  created_at timestamptz not null
);
create index products_category_id_idx on products (category_id);
create index products_tags_idx on products using gin (tags);

create table product_prices (
  product_id bigint not null references products,
  valid_from date not null,
  price numeric(10, 2) not null check (price >= 0),
  currency char(3) not null default 'EUR',
  primary key (product_id, valid_from)
);
comment on table product_prices is 'Price history; the newest row whose date has come is the price';

create table warehouses (
  id int primary key,
  name text not null,
  country char(2) not null
);

create table inventory (
  warehouse_id int not null references warehouses,
  product_id bigint not null references products,
  quantity int not null check (quantity >= 0),
  updated_at timestamptz not null default now(),
  primary key (warehouse_id, product_id)
);

create table coupons (
  code text primary key,
  percent_off int not null check (percent_off between 1 and 90),
  valid_until date,
  used_count int not null default 0
);

create table orders (
  id bigint generated always as identity primary key,
  number bigint not null default nextval('order_number_seq'),
  customer_id bigint not null references customers,
  status order_status not null default 'pending',
  coupon_code text references coupons,
  placed_at timestamptz not null,
  note text
);

create table order_items (
  order_id bigint not null references orders,
  line_no int not null,
  product_id bigint not null references products,
  quantity int not null check (quantity > 0),
  unit_price numeric(10, 2) not null,
  primary key (order_id, line_no)
);

create table payments (
  id bigint generated always as identity primary key,
  order_id bigint not null references orders,
  method payment_method not null,
  amount numeric(12, 2) not null,
  card_last4 char(4),
  paid_at timestamptz not null
);
comment on column payments.card_last4 is 'Cardholder data';

create table shipments (
  id bigint generated always as identity primary key,
  order_id bigint not null references orders,
  warehouse_id int not null references warehouses,
  carrier text not null,
  tracking_code uuid not null default gen_random_uuid(),
  shipped_at timestamptz not null,
  delivered_at timestamptz
);

create table reviews (
  id bigint generated always as identity primary key,
  product_id bigint not null references products,
  customer_id bigint not null references customers,
  stars int not null check (stars between 1 and 5),
  body text,
  created_at timestamptz not null
);
