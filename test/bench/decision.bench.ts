import { performance } from 'node:perf_hooks';
import { compilePolicy, decide, evaluate, type PolicyBundle } from '@postern/core/policy';
import { classify, loadParser } from '@postern/core/sql';
import type { Benchmark } from './harness.js';

/** A company of the size that Postern is built for: 2,000 people, 200 groups, 100 connections, 1,000 rules. */
function bundleOf(people: number, groups: number, connections: number, rules: number): PolicyBundle {
  const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;
  const principals = Array.from({ length: people }, (_, i) => ({
    id: `u${i}`,
    email: `u${i}@acme.example`,
    name: `U ${i}`,
  }));
  const slugs = Array.from({ length: connections }, (_, i) => `db-${i}`);
  const sets = [
    ['read'],
    ['read', 'explain'],
    ['write'],
    ['ddl', 'execute'],
    ['*'],
    ['read', 'export'],
  ] as const;
  return {
    schema: 1,
    orgId: 'org',
    orgName: 'Acme',
    environmentId: 'env',
    environmentName: 'Production',
    version: 1,
    issuedAt: '2026-01-01T00:00:00.000Z',
    leaseSeconds: 86_400,
    connections: slugs.map((slug) => ({
      ...{ id: slug, slug, name: slug, label: 'Production', rowCap: 1_000 },
      ...{ statementTimeoutMs: 60_000, lockTimeoutMs: 5_000, idleInTransactionTimeoutMs: 300_000 },
    })),
    principals,
    groups: Array.from({ length: groups }, (_, i) => ({
      slug: `g${i}`,
      memberIds: principals
        .filter((_person, p) => p % groups === i || (p * 7) % groups === i)
        .map(({ id }) => id),
    })),
    rules: Array.from({ length: rules }, (_, i) => ({
      id: `r${i}`,
      connection: i % 50 === 0 ? '*' : pick(slugs, i * 13),
      permissions: [...pick(sets, i)],
      members:
        i % 97 === 0 ? ['*'] : [`group:g${(i * 11) % groups}`, `user:u${(i * 17) % people}@acme.example`],
    })),
    signingKeys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'k' }],
  };
}

export const decision: Benchmark = {
  name: 'decision',
  title: 'Decision: 2,000 people, 100 connections, 1,000 rules',
  prepare: async ({ quick }) => {
    await loadParser();
    const bundle = bundleOf(2_000, 200, 100, 1_000);
    const compiling = performance.now();
    const policy = compilePolicy(bundle);
    const compiled = performance.now() - compiling;
    const read = classify('select id, total from orders where customer_id = 42');
    const write = classify('with d as (delete from orders where id = 1 returning *) select * from d');
    if (!read.ok || !write.ok) throw new Error('the statements of this benchmark do not parse');
    const people = bundle.principals.map(({ id }) => id);
    const databases = bundle.connections.map(({ slug }) => slug);
    const reader = { user: 'u1', connection: 'db-1' };
    return {
      batch: quick ? 20_000 : 200_000,
      facts: { 'compiling the bundle (once per version)': `${compiled.toFixed(1)} ms` },
      contenders: [
        {
          name: 'mask lookup',
          once: (i) => evaluate(policy, people[i % 2_000] ?? '', databases[i % 100] ?? ''),
        },
        {
          name: 'decide, a SELECT',
          once: () => decide(policy, reader.user, reader.connection, read.classification),
        },
        {
          name: 'decide, a DELETE in a CTE',
          once: () => decide(policy, reader.user, reader.connection, write.classification),
        },
      ],
    };
  },
};
