import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { consoleError } from '../src/console/contract.js';
import { historyAnswer, savedAnswer } from '../src/console/contract-kept.js';
import { Browser, rule, until, World } from './fixture.js';

let world: World;
let dana: Browser;
let alex: Browser;

beforeAll(async () => {
  const server = await testServer();
  world = await World.create({
    shop: await createDatabase(server, uniqueName('kept')),
    payroll: await createDatabase(server, uniqueName('kept')),
  });
  await world.publish([rule('shop', ['read'], 'user:alex@acme.example'), rule('*', ['*'], 'group:dba')]);
  await world.start();
  await until(() => world.agent.policy.state === 'ok');
  [dana, alex] = await Promise.all([world.signIn('dana'), world.signIn('alex')]);
});
afterAll(() => world.stop());

const shared = (name: string, connection: string | null) => ({
  ...{ id: crypto.randomUUID(), folder: '', name, connection, sql: `select '${name}'`, isShared: true },
  ...{ isOwn: false, owner: 'kim@acme.example', updatedAt: '2026-11-22T08:00:00.000Z' },
});

it('tells nobody of a connection by a query that somebody shares', async () => {
  const own = { ...shared('mine from before', 'payroll'), isOwn: true };
  world.plane.saved.push(shared('open', 'shop'), shared('hidden', 'payroll'), shared('anywhere', null), own);
  const names = async (who: Browser) =>
    savedAnswer.parse(await (await who.get('/api/saved')).json()).queries.map(({ name }) => name);
  expect(await names(dana)).toEqual(['open', 'hidden', 'anywhere', 'mine from before']);
  expect(await names(alex)).toEqual(['open', 'anywhere', 'mine from before']);
});

it('keeps a query, and asks for access in the name of who is signed in', async () => {
  const query = { folder: 'shop', name: 'open orders', connection: 'shop', sql: 'select 1', isShared: false };
  const saved = await alex.post('/api/saved', query);
  expect(saved.status).toBe(200);
  expect(world.plane.saved.at(-1)).toMatchObject({ ...query, isOwn: true });
  const asked = await alex.post('/api/access-requests', {
    ...{ connection: 'shop', permissions: ['write'], reason: 'to mend an address', personId: 'usr_dana' },
  });
  expect(asked.status).toBe(200);
  expect(world.plane.accessRequests.at(-1)).toMatchObject({
    permissions: ['write'],
    reason: 'to mend an address',
  });
  expect(world.plane.accessRequests.at(-1)?.personId).not.toBe('usr_dana');
});

it('has the history of who is signed in, of nobody else, and says so when it can not be had', async () => {
  const [{ auditId: mine }] = [await alex.run('shop', 'select 1'), await dana.run('shop', 'select 2')];
  const { auditId: refused } = await alex.run('shop', 'drop table t');
  await world.event(refused);
  const page = await alex.post('/api/history', { words: [], personId: 'dana' });
  const { statements } = historyAnswer.parse(await page.json());
  expect(statements.map(({ id }) => id)).toEqual([refused, mine]);
  expect(statements[0]).toMatchObject({ decision: 'denied', sql: 'drop table t', connection: 'shop' });
  expect((await alex.post('/api/history', { words: [''] })).status).toBe(400);
  expect((await new Browser(world.agent.url).post('/api/history', { words: [] })).status).toBe(401);
  await world.plane.down();
  const away = await alex.post('/api/history', { words: [] });
  expect([away.status, consoleError.parse(await away.json()).error.code]).toEqual([
    503,
    'connection.unavailable',
  ]);
  await world.plane.up();
});
