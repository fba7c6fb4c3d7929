import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { queryMessage } from '../src/wire/codec/frontend.js';
import { asSuperuser, rule, until } from './fixture.js';
import { PASSWORD, WireWorld } from './wire-fixture.js';
import { RawClient } from './wire-raw.js';

const MB = 1024 * 1024;

let wire: WireWorld;
let url: string;

beforeAll(async () => {
  const server = await testServer();
  url = await createDatabase(server, uniqueName('wire_stream'));
  wire = await WireWorld.create({ shop: url });
  await wire.publish([rule('shop', ['read', 'export'], 'user:sam@acme.example')]);
  await wire.world.start();
  await until(() => wire.world.agent.policy.state === 'ok');
});
afterAll(() => wire.stop());

const backends = async () =>
  Number(
    (
      await asSuperuser(
        url,
        `select count(*) from pg_stat_activity where application_name like 'postern:sam%'`,
      )
    )[0]?.[0],
  );

it('passes a long result on without keeping it', async () => {
  const before = process.memoryUsage.rss();
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  const sql = `select repeat('x', 1000) from generate_series(1, 300000)`;
  const { code } = await wire.program(
    '/bin/sh',
    ['-c', `psql -X -q -A -t -c "copy (${sql}) to stdout" | wc -c | grep -qx 300300000`],
    'sam',
  );
  clearInterval(watch);
  expect(code).toBe(0);
  expect(most - before).toBeLessThan(120 * MB);
});

it('waits for a client that does not read, and leaves nothing behind when it goes', async () => {
  const client = await RawClient.connect(wire.port);
  await client.signIn('sam@acme.example', 'shop', PASSWORD);
  while ((await client.next()).type !== 'Z');
  const before = process.memoryUsage.rss();
  client.socket.pause();
  client.send(queryMessage(`select repeat('x', 1000) from generate_series(1, 300000)`));
  await until(async () => {
    const [[waits = ''] = []] = await asSuperuser(
      url,
      `select coalesce(wait_event, '') from pg_stat_activity where application_name like 'postern:sam%' and state = 'active'`,
    );
    return waits === 'ClientWrite';
  });
  expect(process.memoryUsage.rss() - before).toBeLessThan(80 * MB);
  client.close();
  await until(async () => (await backends()) === 0);
});
