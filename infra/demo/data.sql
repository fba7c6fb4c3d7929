-- Data of the demo shop, the same at every load. postern_demo.orders says how many orders (default 100,000).
select setseed(0.42);
create temporary table demo_scale on commit drop as
  select n as orders, greatest(n / 10, 50) as customers
  from (select coalesce(nullif(current_setting('postern_demo.orders', true), ''), '100000')::int as n);

insert into customers (email, full_name, phone, newsletter, created_at, metadata)
select lower(first || '.' || last || '.' || i) || '@example.com',
  first || ' ' || last,
  case when random() < 0.7 then '+49 30 ' || lpad((random() * 9999999)::int::text, 7, '0') end,
  random() < 0.4,
  timestamptz '2023-01-01' + random() * interval '900 days',
  jsonb_build_object('source', (array['search', 'ads', 'friend', 'fair'])[1 + (random() * 3)::int], 'score', (random() * 100)::int)
from demo_scale, generate_series(1, customers) as i,
  lateral (select
    (array['Mia', 'Noah', 'Emma', 'Liam', 'Sofia', 'Elias', 'Lena', 'Paul', 'Ines', 'Jonas', 'Zoé', 'Björn'])[1 + (i * 7) % 12] as first,
    (array['Fischer', 'Weber', 'Rossi', 'Novak', 'Silva', 'Dubois', 'Larsen', 'Kowalski', 'García', 'Yilmaz', 'Brown'])[1 + (i * 5) % 11] as last) as names;

insert into addresses (customer_id, kind, street, city, postal_code, country)
select id, kind, (array['Main St', 'Oak Ave', 'Market Sq', 'Mill Lane', 'Station Rd'])[1 + (id % 5)::int] || ' ' || (1 + id % 120),
  (array['Berlin', 'Paris', 'Milano', 'Porto', 'Oslo', 'Brno', 'Kraków', 'Wien'])[1 + (id % 8)::int],
  lpad((id * 37 % 99999)::text, 5, '0'),
  (array['DE', 'FR', 'IT', 'PT', 'NO', 'CZ', 'PL', 'AT'])[1 + (id % 8)::int]
from customers, (values ('billing'), ('shipping')) as kinds (kind)
where kind = 'billing' or id % 4 = 0;

insert into categories (id, parent_id, name) values
  (1, null, 'Home'), (2, null, 'Outdoor'), (3, null, 'Office'), (4, 1, 'Kitchen'), (5, 1, 'Lighting'), (6, 1, 'Textiles'),
  (7, 2, 'Camping'), (8, 2, 'Cycling'), (9, 3, 'Desks'), (10, 3, 'Stationery'), (11, 4, 'Coffee'), (12, 4, 'Knives');

insert into products (category_id, sku, name, description, active, tags, created_at)
select 4 + i % 9, 'SKU-' || lpad(i::text, 5, '0'), adjective || ' ' || thing || ' ' || i,
  'A ' || lower(adjective) || ' ' || lower(thing) || ' for every day.', i % 25 <> 0,
  array[lower(adjective), lower(thing)], timestamptz '2022-06-01' + i * interval '11 hours'
from generate_series(1, 1200) as i,
  lateral (select (array['Oak', 'Steel', 'Linen', 'Copper', 'Compact', 'Foldable', 'Warm'])[1 + i % 7] as adjective,
    (array['Lamp', 'Kettle', 'Desk', 'Tent', 'Notebook', 'Blanket', 'Grinder', 'Pannier', 'Knife'])[1 + i % 9] as thing) as words;

insert into product_prices (product_id, valid_from, price)
select id, day, round((5 + (id * 7919 % 24000) / 100.0 * factor)::numeric, 2)
from products, (values (date '2023-01-01', 0.95), (date '2024-01-01', 1.0), (date '2025-01-01', 1.04)) as steps (day, factor);

insert into warehouses values (1, 'Leipzig', 'DE'), (2, 'Lyon', 'FR'), (3, 'Poznań', 'PL'), (4, 'Verona', 'IT');
insert into inventory (warehouse_id, product_id, quantity, updated_at)
select w.id, p.id, (random() * 400)::int, timestamptz '2025-06-01' + random() * interval '30 days'
from warehouses as w, products as p;

insert into coupons (code, percent_off, valid_until, used_count)
select 'SAVE' || i, 5 + i % 40, date '2025-01-01' + i * 9, i * 3 from generate_series(1, 60) as i;

insert into orders (number, customer_id, status, coupon_code, placed_at, note)
select nextval('order_number_seq'), 1 + floor(random() * customers)::bigint,
  (case when r < 0.72 then 'delivered' when r < 0.82 then 'shipped' when r < 0.90 then 'paid'
    when r < 0.94 then 'pending' when r < 0.98 then 'cancelled' else 'refunded' end)::order_status,
  case when i % 11 = 0 then 'SAVE' || (1 + i % 60) end,
  timestamptz '2023-06-01' + i * (interval '760 days' / orders),
  case when i % 40 = 0 then 'please ring twice' end
from demo_scale, lateral (select i, random() as r from generate_series(1, orders) as i) as rolled;

insert into order_items (order_id, line_no, product_id, quantity, unit_price)
select o.id, line_no, p.id, 1 + (o.id * line_no % 3)::int, pp.price
from orders as o
cross join lateral generate_series(1, 1 + (o.id % 4)::int) as line_no
cross join lateral (select 1 + (o.id * 31 + line_no * 17) % 1200 as id) as p
join product_prices as pp on pp.product_id = p.id and pp.valid_from = date '2024-01-01';

insert into payments (order_id, method, amount, card_last4, paid_at)
select o.id, method, total, case when method = 'card' then lpad((o.id * 7 % 10000)::text, 4, '0') end, o.placed_at + interval '4 minutes'
from orders as o
join (select order_id, sum(quantity * unit_price) as total from order_items group by order_id) as t on t.order_id = o.id
cross join lateral (select (enum_range(null::payment_method))[1 + (o.id % 4)::int] as method) as m
where o.status not in ('pending', 'cancelled');

insert into shipments (order_id, warehouse_id, carrier, tracking_code, shipped_at, delivered_at)
select id, 1 + (id % 4)::int, (array['DHL', 'UPS', 'GLS'])[1 + (id % 3)::int], md5('shipment ' || id)::uuid,
  placed_at + interval '1 day', case when status = 'delivered' then placed_at + interval '3 days' end
from orders where status in ('shipped', 'delivered');

insert into reviews (product_id, customer_id, stars, body, created_at)
select product_id, o.customer_id, 1 + (o.id * 13 % 5)::int,
  (array['Does what it says', 'Arrived late, works well', 'Not for me', 'Would buy again', null])[1 + (o.id % 5)::int],
  o.placed_at + interval '9 days'
from orders as o join order_items as i on i.order_id = o.id and i.line_no = 1
where o.id % 9 = 0 and o.status = 'delivered';
