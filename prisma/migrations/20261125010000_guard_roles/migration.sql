-- Guard roles: what IAM rules come to as native roles of a connection's database (ARCHITECTURE.md, wall 3).

alter table role_settings
  -- Somebody wants them.
  add column guard_roles boolean not null default false,
  -- A plan that makes them was applied since: sessions log in as them.
  add column guards_in_force boolean not null default false,
  -- Guard masks whose roles the last plan left in the database.
  add column guards_there smallint[] not null default '{}',
  add constraint role_settings_guards_wanted check (guard_roles or not guards_in_force),
  add constraint role_settings_guards_known check (
    array_position(guards_there, null) is null and 0 <= all (guards_there) and 127 >= all (guards_there));

-- Which guard roles a plan makes and lets go, {masks, retire}; null: none are wanted, none are there.
alter table role_plan add column guards jsonb;

create function postern_role_plan_guards_stay() returns trigger language plpgsql as $$
begin
  raise exception 'what a plan is about can not change' using errcode = 'check_violation', constraint = 'role_plan_subject';
end
$$;
create trigger role_plan_guards_stay before update on role_plan
  for each row when (new.guards is distinct from old.guards) execute function postern_role_plan_guards_stay();

-- What the agent knows that older ones do not, as its last heartbeat said.
alter table agent add column features text[] not null default '{}';
