import type { Random } from './random.js';

/** What statements are made of; in the manner of sqlsmith, with what is dangerous far more often than in life. */
const TABLES = [
  't',
  'orders',
  'public.accounts',
  '"Odd ""name"""',
  'pg_class',
  'pg_catalog.pg_authid',
  'pg_temp.x',
];
const COLUMNS = ['a', 'b', 't.id', 'x.nextval', '"select"', '*', '(t).b', '(row(1)).f1'];
const CONSTANTS = [
  '1',
  '1.5e3',
  "'x'",
  "E'\\\\x'",
  "U&'\\0061'",
  '$$x$$',
  'null',
  'true',
  '$1',
  "b'01'",
  "'1'::int",
];
const FUNCTIONS = [
  ...[
    'now',
    'lower',
    'count',
    'coalesce',
    'pg_catalog.abs',
    'generate_series',
    'nextval',
    'setval',
    'lo_put',
  ],
  ...['pg_terminate_backend', 'pg_catalog.pg_read_file', 'U&"pg\\005fread_file"', '"pg_sleep"', 'set_config'],
  ...['pg_notify', 'query_to_xml', 'ts_stat', 'dblink_exec', 'app_wipe', 'other.nextval', 'pg_advisory_lock'],
];
const OPERATORS = [
  '+',
  '=',
  '<>',
  '||',
  '->>',
  '@>',
  'OPERATOR(pg_catalog.+)',
  'OPERATOR(evil.+)',
  '~~*',
  'and',
  'is distinct from',
];

export function expression(random: Random, depth: number): string {
  const inner = (): string => expression(random, depth - 1);
  if (depth <= 0) return random.pick(random.oneIn(2) ? COLUMNS : CONSTANTS);
  const forms: readonly (() => string)[] = [
    () => `${random.pick(FUNCTIONS)}(${inner()})`,
    () => `${random.pick(FUNCTIONS)}(${inner()}, ${inner()})`,
    () => `${inner()} ${random.pick(OPERATORS)} ${inner()}`,
    () => `(${query(random, depth - 1)})`,
    () => `exists (${query(random, depth - 1)})`,
    () => `case when ${inner()} then ${inner()} else ${inner()} end`,
    () => `array[${inner()}, ${inner()}]`,
    () => `${random.pick(FUNCTIONS)}(${inner()}) filter (where ${inner()}) over (order by ${inner()})`,
    () => `${inner()} in (${inner()}, ${inner()})`,
    () => `(${inner()}).${random.pick(['nextval', 'b', 'pg_terminate_backend'])}`,
    () => `cast(${inner()} as ${random.pick(['int', 'text[]', 'regclass', 'my_domain'])})`,
    () => `row(${inner()}, ${inner()})`,
  ];
  return random.pick(forms)();
}

function source(random: Random, depth: number): string {
  const forms: readonly (() => string)[] = [
    () => random.pick(TABLES),
    () => `(${query(random, depth - 1)}) s`,
    () => `lateral ${random.pick(FUNCTIONS)}(${expression(random, depth - 1)}) f`,
    () => `rows from (${random.pick(FUNCTIONS)}(${expression(random, depth - 1)})) r`,
    () => `${random.pick(TABLES)} tablesample system (${expression(random, depth - 1)})`,
    () => `${random.pick(TABLES)} x join ${random.pick(TABLES)} y on ${expression(random, depth - 1)}`,
  ];
  return random.pick(depth <= 0 ? forms.slice(0, 1) : forms)();
}

export function query(random: Random, depth: number): string {
  const of = (): string => expression(random, depth - 1);
  const forms: readonly (() => string)[] = [
    () => `select ${of()}, ${of()} from ${source(random, depth)} where ${of()}`,
    () => `select ${of()} from ${source(random, depth)} group by ${of()} having ${of()} limit ${of()}`,
    () => `values (${of()}), (${of()})`,
    () => `${query(random, depth - 1)} union all ${query(random, depth - 1)}`,
    () =>
      `with w as (${random.oneIn(2) ? query(random, depth - 1) : change(random, depth - 1)}) select * from w`,
    () => `select ${of()} from ${source(random, depth)} for update`,
    () => `select ${of()} into made from ${source(random, depth)}`,
  ];
  return depth <= 0 ? `select ${of()}` : random.pick(forms)();
}

/** A statement that changes rows and gives some back. */
function change(random: Random, depth: number): string {
  const of = (): string => expression(random, depth - 1);
  const table = random.pick(TABLES);
  return random.pick<() => string>([
    () => `insert into ${table} values (${of()}) on conflict do nothing returning ${of()}`,
    () => `insert into ${table} ${query(random, depth)} returning *`,
    () => `update ${table} set a = ${of()} where ${of()} returning ${of()}`,
    () => `delete from ${table} using ${source(random, depth)} where ${of()} returning *`,
    () => `merge into ${table} m using ${source(random, 0)} on ${of()} when matched then delete returning *`,
  ])();
}

/** One statement of any kind. */
export function statement(random: Random, depth = 3): string {
  const of = (): string => expression(random, depth - 1);
  const table = random.pick(TABLES);
  return random.pick<() => string>([
    () => query(random, depth),
    () => query(random, depth),
    () => change(random, depth),
    () => `explain (analyze, costs off) ${random.oneIn(2) ? query(random, depth) : change(random, depth)}`,
    () => `explain ${query(random, depth)}`,
    () => `copy (${query(random, depth)}) to ${random.pick(['stdout', "'/tmp/x'", "program 'id'"])}`,
    () => `copy ${table} from ${random.pick(['stdin', "'/tmp/x'", "program 'id'"])} where ${of()}`,
    () => `prepare p as ${random.oneIn(2) ? query(random, depth) : change(random, depth)}; execute p`,
    () => `declare c cursor with hold for ${query(random, depth)}; fetch all from c`,
    () => `create table made as ${query(random, depth)}`,
    () => `create view v as ${query(random, depth)}`,
    () => `create index on ${table} ((${of()})) where ${of()}`,
    () => `alter table ${table} add column c int default ${of()}, alter column a set default ${of()}`,
    () => `call ${random.pick(FUNCTIONS)}(${of()})`,
    () => `do $do$ begin perform ${of()}; end $do$`,
    () =>
      `set ${random.pick(['role', 'search_path', 'transaction_read_only', 'work_mem'])} = ${random.pick(CONSTANTS)}`,
    () => `select query_to_xml($q$${query(random, depth - 1)}$q$, true, false, '')`,
    () =>
      `begin; ${change(random, depth)}; ${random.pick(['commit', 'rollback', 'savepoint s', 'begin read write'])}`,
  ])();
}
