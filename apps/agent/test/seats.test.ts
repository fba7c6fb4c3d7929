import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Seats } from '../src/targets/seats.js';
import { rule, until } from './fixture.js';
import { WireWorld } from './wire-fixture.js';

describe('seats', () => {
  it('are so many in all, and so many a person', () => {
    const seats = new Seats({ slug: 'shop', maxSessions: 3, maxSessionsPerPerson: 2 });
    const first = seats.take('alex');
    seats.take('alex');
    expect(() => seats.take('alex')).toThrow('you have 2 open sessions on `shop`');
    seats.take('sam');
    expect(() => seats.take('sam')).toThrow('`shop` has 3 open sessions');
    first.release();
    first.release();
    seats.take('dana');
    expect(() => seats.take('sam')).toThrow('`shop` has 3 open sessions');
  });
});

describe('console tabs and PostgreSQL clients', () => {
  let wire: WireWorld;

  beforeAll(async () => {
    const server = await testServer();
    const url = await createDatabase(server, uniqueName('seats'));
    const shop = { slug: 'shop', url, maxSessions: 4, maxSessionsPerPerson: 2, catalogWaitMs: 20_000 };
    wire = await WireWorld.create({ shop: url }, { connections: new Map([['shop', shop]]) });
    await wire.publish([rule('shop', ['read'], '*')]);
    await wire.world.start();
    await until(() => wire.world.agent.policy.state === 'ok');
  });
  afterAll(() => wire.stop());

  it('share their seats', async () => {
    const browser = await wire.world.signIn('alex');
    expect(await browser.run('shop', 'select 1', 'one')).toMatchObject({ error: null });
    const client = await wire.client('alex');
    const full = 'you have 2 open sessions on `shop`, as many as this agent allows';
    expect(await browser.run('shop', 'select 1', 'two')).toMatchObject({ error: { message: full } });
    await expect(wire.client('alex')).rejects.toThrow(full);
    // The seats that one has are still one's own.
    expect(await browser.run('shop', 'select 1', 'one')).toMatchObject({ error: null });
    await client.end();
    await until(async () => (await browser.run('shop', 'select 1', 'two')).error === null);
    await expect(wire.client('alex')).rejects.toThrow(full);
    const others = [await wire.client('sam'), await wire.client('sam')];
    await expect(wire.client('dana')).rejects.toThrow('`shop` has 4 open sessions');
    for (const tab of ['one', 'two']) await browser.post('/api/close', { tab });
    const last = await until(() => wire.client('dana').catch(() => undefined));
    for (const one of [...others, last]) await one.end();
  });
});
