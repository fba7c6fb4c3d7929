-- Indexes after the load (faster), then everything that reads or changes the data.
create unique index orders_number_key on orders (number);
create index orders_customer_id_idx on orders (customer_id, placed_at desc);
create index orders_placed_at_idx on orders (placed_at);
create index order_items_product_id_idx on order_items (product_id);
create index payments_order_id_idx on payments (order_id);
create index shipments_order_id_idx on shipments (order_id);
create index shipments_open_idx on shipments (shipped_at) where delivered_at is null;
create index reviews_product_id_idx on reviews (product_id);

create view current_prices as
  select distinct on (product_id) product_id, price, currency, valid_from
  from product_prices where valid_from <= current_date order by product_id, valid_from desc;
create view order_totals as
  select o.id, o.number, o.customer_id, o.status, o.placed_at, sum(i.quantity * i.unit_price) as total, count(*) as lines
  from orders as o join order_items as i on i.order_id = o.id group by o.id;
comment on view order_totals is 'One row per order with its value';
create view low_stock as
  select p.sku, p.name, sum(i.quantity) as quantity
  from products as p join inventory as i on i.product_id = p.id group by p.id having sum(i.quantity) < 200;

create materialized view monthly_revenue as
  select date_trunc('month', paid_at)::date as month, method, count(*) as payments, sum(amount) as revenue
  from payments group by 1, 2;
create unique index monthly_revenue_key on monthly_revenue (month, method);

create function order_total(order_id bigint) returns numeric language sql stable
  begin atomic select sum(quantity * unit_price) from order_items as i where i.order_id = order_total.order_id; end;
comment on function order_total is 'Reads only';

create function touch_inventory(warehouse int, product bigint, delta int) returns int language plpgsql volatile as $$
declare
  left_over int;
begin
  update inventory set quantity = quantity + delta, updated_at = now()
  where warehouse_id = warehouse and product_id = product returning quantity into left_over;
  return left_over;
end $$;
comment on function touch_inventory is 'Writes, though it is called from SELECT';

create function customer_contact(customer bigint) returns text language sql stable security definer
  set search_path = pg_catalog, public
  as $$ select email || ' ' || coalesce(phone, '') from public.customers where id = customer $$;
comment on function customer_contact is 'Runs with the rights of its owner';

create procedure cancel_stale_orders(older_than interval default '30 days') language plpgsql as $$
begin
  update orders set status = 'cancelled' where status = 'pending' and placed_at < now() - older_than;
end $$;

create function set_inventory_time() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end $$;
create trigger inventory_time before update on inventory for each row execute function set_inventory_time();
