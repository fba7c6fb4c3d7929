'use client';
import Link from 'next/link';
import { CodeBlock } from '../../ui/copy';
import { count } from '../../ui/format';
import { PermissionBadges } from '../../ui/permission-badge';
import { connectionToml, urlVariable } from '../agents/agent-config';
import { RoleStatusLine } from '../roles/role-status';
import { useOrg } from '../shell/org-context';
import { ConnectionHealth } from './health';
import type { Connection } from './use-connections';

export function ConnectionFacts({ connection }: { connection: Connection }) {
  const { slug, canSeeAll } = useOrg();
  return (
    <dl className="grid grid-cols-[8rem_1fr] gap-x-3 gap-y-2 text-sm">
      <dt className="text-ink-3">Id in rules</dt>
      <dd className="font-mono text-xs leading-5">{connection.slug}</dd>
      <dt className="text-ink-3">Environment</dt>
      <dd>{connection.environment.name}</dd>
      <dt className="text-ink-3">Health</dt>
      <dd>
        <ConnectionHealth health={connection.health} />
        {connection.healthDetail ? (
          <p className="text-ink-2 mt-0.5 text-xs">{connection.healthDetail}</p>
        ) : null}
      </dd>
      <dt className="text-ink-3">Your permissions</dt>
      <dd>
        <PermissionBadges permissions={connection.viewerPermissions} />
      </dd>
      {canSeeAll ? (
        <>
          <dt className="text-ink-3">Rules</dt>
          <dd>
            <Link
              href={`/${slug}/rules?connection=${connection.slug}`}
              className="text-accent hover:underline"
            >
              {count(connection.ruleCount, 'rule')}
            </Link>
          </dd>
          <dt className="text-ink-3">Database roles</dt>
          <dd>
            <RoleStatusLine connection={connection} />
          </dd>
        </>
      ) : null}
    </dl>
  );
}

export function AgentSnippet({ slug }: { slug: string }) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-sm font-medium">In the agent’s configuration</h3>
      <p className="text-ink-2 text-sm">
        Add this to <code className="font-mono text-xs">postern.toml</code> beside the database and put the
        URL, with its password, into <code className="font-mono text-xs">{urlVariable(slug)}</code> there. It
        never comes here.
      </p>
      <CodeBlock label="Agent configuration" code={connectionToml(slug)} />
    </section>
  );
}
