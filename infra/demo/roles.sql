-- Native roles as a company has them that never had anybody look after them. Run by shop_dba, who may manage roles.
create role shop_readers;
create role shop_writers;
create role support_tool login;
create role reporting login;
grant shop_readers to support_tool, reporting;
grant shop_writers to support_tool;
grant usage on schema public to shop_readers, shop_writers;
grant select on all tables in schema public to shop_readers;
grant insert, update on orders, order_items, payments, shipments to shop_writers;
grant select, update on customers to support_tool;
