import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@postern/infra/ports';
import type { Stack } from '@postern/infra/stack';
import autocannon from 'autocannon';
import type { Benchmark } from './harness.js';

const LIST = `query ($orgId: ID!) { rules(orgId: $orgId, first: 50) {
  totalCount pageInfo { hasNextPage endCursor }
  edges { cursor node { id connection permissions members description version updatedAt } } } }`;

const CREATE = 'mutation ($orgId: ID!, $rule: RuleInput!) { createRule(orgId: $orgId, rule: $rule) { id } }';

/** Fifty rules, as an organisation of some size has. */
async function fillRules({ organisation: { owner, orgId } }: Stack): Promise<void> {
  const { rules } = await owner.request<{ rules: { totalCount: number } }>(LIST, { orgId });
  for (let index = rules.totalCount; index < 50; index += 1) {
    const members = [`user:${['alex', 'sam', 'dana'][index % 3]}@acme.example`, 'group:analysts'];
    const rule = {
      connection: 'analytics',
      permissions: ['read', 'explain'],
      members,
      description: `Rule ${index}`,
    };
    await owner.request(CREATE, { orgId, rule });
  }
}

async function load(
  url: string,
  headers: Record<string, string>,
  body: string,
  amount: number,
): Promise<void> {
  const result = await autocannon({ url, method: 'POST', headers, body, connections: 20, amount });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} errors`);
}

export const graphqlList: Benchmark = {
  name: 'graphql-list',
  title: 'GraphQL list of 50 rules, 20 connections, against bare Mercurius with the list in memory',
  prepare: async ({ quick }, startedStack) => {
    const stack = await startedStack();
    await fillRules(stack);
    const { owner, orgId } = stack.organisation;
    const dir = mkdtempSync(join(tmpdir(), 'postern-bare-'));
    writeFileSync(join(dir, 'list.json'), JSON.stringify(await owner.request(LIST, { orgId })));
    const port = await freePort();
    const bare = fork(fileURLToPath(new URL('./bare-mercurius.js', import.meta.url)), [
      String(port),
      join(dir, 'list.json'),
    ]);
    await once(bare, 'message');
    const body = JSON.stringify({ query: LIST, variables: { orgId } });
    const headers = { 'content-type': 'application/json' };
    return {
      batch: quick ? 400 : 3_000,
      contenders: [
        {
          name: 'bare Mercurius, from memory',
          all: (amount) => load(`http://127.0.0.1:${port}/graphql`, headers, body, amount),
        },
        {
          name: 'api: session, tenancy, PostgreSQL',
          all: (amount) => load(stack.urls.graphql, { ...headers, ...owner.jar.header }, body, amount),
        },
      ],
      close: async () => {
        bare.kill('SIGTERM');
        await once(bare, 'exit');
        rmSync(dir, { recursive: true, force: true });
      },
    };
  },
};
