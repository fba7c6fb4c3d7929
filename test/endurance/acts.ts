import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { Pipeline } from './pipeline.js';
import { type LaneOptions, streamOf, type Talk } from './talk.js';

/** Something that a client does in a session. */
export type Act = (talk: Talk) => Promise<void>;

export const number = (below: number): number => Math.floor(Math.random() * below);

const simple: Act = async (talk) => {
  await talk.say(
    talk.text((m) => `select /* ${m} */ ${number(1_000)} as n`),
    (text) => talk.client.query(text),
  );
};

/** Several statements in one message. For those whose results are capped the agent sends them one by one. */
const batch: Act = async (talk) => {
  const parts = [1, 2, 3].map((n) => talk.text((m) => `select /* ${m} */ ${n}`));
  for (const part of parts) part.sent += 1;
  try {
    await talk.client.query(parts.map(({ text }) => text).join('; '));
    for (const part of parts) part.succeeded += 1;
  } catch (error) {
    for (const part of parts) talk.failed(part, error);
  }
};

const extended: Act = async (talk) => {
  await talk.say(
    talk.text((m) => `select /* ${m} */ $1::int + 1 as n`),
    (text) => talk.client.query(text, [number(1_000)]),
  );
};

const prepared: Act = async (talk) => {
  const said = talk.text((m) => `select /* ${m} */ $1::int as n`);
  for (let n = 1 + number(5); n > 0 && !talk.isBroken; n--)
    await talk.say(said, (text) => talk.client.query({ name: said.mark, text, values: [n] }));
};

/** Several Execute before one Sync, at times with one among them that fails or is refused: the server skips what is behind it. */
const pipelined: Act = async (talk) => {
  const bad = number(12);
  const texts = Array.from({ length: 2 + number(8) }, (_, index) =>
    talk.text((m) => {
      if (index !== bad) return `select /* ${m} */ ${index}`;
      return index % 2 === 0 ? `select /* ${m} */ 1 / 0` : `drop table /* ${m} */ load`;
    }),
  );
  await new Pipeline(texts, talk).run();
};

/** A portal that is suspended and executed again: each Execute is one line in the log and one intent. */
const fetched: Act = async (talk) => {
  const said = talk.text((m) => `select /* ${m} */ n from generate_series(1, 10) n`);
  said.sent += 3;
  const query = { text: said.text, rows: 3, values: [] };
  await talk.say(said, () => talk.client.query(query as pg.QueryConfig));
};

const cursor: Act = async (talk) => {
  const say = (make: (mark: string) => string) =>
    talk.say(talk.text(make), (text) => talk.client.query(text));
  await say((m) => `begin /* ${m} */`);
  await say((m) => `declare /* ${m} */ c cursor for select n from generate_series(1, 50) n`);
  await say((m) => `fetch /* ${m} */ 10 from c`);
  await say((m) => `commit /* ${m} */`);
};

const failing: Act = async (talk) => {
  await talk.say(
    talk.text((m) => `select /* ${m} */ 1 / 0`),
    (text) => talk.client.query(text),
  );
};

const refused: Act = async (talk) => {
  await talk.say(
    talk.text((m) => `drop table /* ${m} */ load`),
    (text) => (number(2) === 0 ? talk.client.query(text) : talk.client.query(text, [])),
  );
};

const cancelled: Act = async (talk) => {
  const said = talk.text((m) => `select /* ${m} */ pg_sleep(3)`);
  const running = talk.say(said, (text) => talk.client.query(text));
  await new Promise((resolve) => setTimeout(resolve, number(60)));
  await talk.cancel();
  await running;
};

const transaction: Act = async (talk) => {
  const say = (make: (mark: string) => string) =>
    talk.say(talk.text(make), (text) => talk.client.query(text));
  await say((m) => `begin /* ${m} */`);
  await say((m) => `insert into load /* ${m} */ values (${number(1_000)}, 'x')`);
  await say((m) => `update load /* ${m} */ set note = 'y' where id = ${number(10)}`);
  await say((m) => (number(3) === 0 ? `rollback /* ${m} */` : `commit /* ${m} */`));
};

const copiedIn: Act = async (talk) => {
  const rows = Array.from({ length: 1 + number(400) }, (_, id) => `${id}\t${'z'.repeat(100)}\n`);
  await talk.say(
    talk.text((m) => `copy /* ${m} */ load from stdin`),
    (text) => pipeline(Readable.from(rows), talk.client.query(copyFrom(text))),
  );
};

const copiedOut: Act = async (talk) => {
  await talk.say(
    talk.text((m) => `copy (select /* ${m} */ repeat('x', 200) from generate_series(1, 5000)) to stdout`),
    async (text) => {
      for await (const _chunk of talk.client.query(copyTo(text)));
    },
  );
};

const long: Act = async (talk) => {
  await talk.say(
    talk.text((m) => `select /* ${m} */ repeat('x', 500) from generate_series(1, ${1_000 + number(4_000)})`),
    (text) => talk.client.query(text),
  );
};

/** Asks for more than every buffer holds, and looks away: for longer than the statement may take, at times. */
const slow: Act = async (talk) => {
  const stream = streamOf(talk.client);
  const running = talk.say(
    talk.text((m) => `select /* ${m} */ repeat('x', 20000) from generate_series(1, 1000)`),
    (text) => talk.client.query(text),
  );
  for (let n = number(5); n >= 0 && !talk.isBroken; n--) {
    stream.pause();
    await new Promise((resolve) => setTimeout(resolve, number(2_500)));
    stream.resume();
    await new Promise(setImmediate);
  }
  await running;
};

/** What somebody does, the usual more often than the rest. */
export function actsOf({ mayExport, mayWrite, isSlowReader }: LaneOptions): readonly Act[] {
  if (isSlowReader) return [slow];
  return [
    ...[simple, simple, batch, extended, extended, prepared, prepared, pipelined, pipelined],
    ...[cursor, failing, refused, cancelled],
    ...(mayWrite ? [transaction, transaction, copiedIn] : []),
    ...(mayExport ? [fetched, copiedOut, long] : []),
  ];
}
