'use client';
import { useState } from 'react';
import { CodeBlock } from '../../ui/copy';
import { SelectField } from '../../ui/field';
import { Note } from '../../ui/states';
import { useOrg } from '../shell/org-context';
import {
  DEFAULT_PORT,
  databaseUrl,
  jdbcUrl,
  psqlCommand,
  type Target,
  UNKNOWN_HOST,
} from './connect-strings';
import type { Access } from './use-database-access';

/** How clients reach the connections of an environment; with the password while it is shown. */
export function ConnectInstructions({ access, password }: { access: Access; password?: string }) {
  const { viewer } = useOrg();
  const [slug, setSlug] = useState(access.connections[0]?.slug ?? '');
  const [position, setPosition] = useState(0);
  const address = access.addresses[position];
  if (slug === '')
    return (
      <Note tone="warn" title="No rule gives you a connection here">
        A password says who you are; rules say what you may do. Ask an owner or admin for access.
      </Note>
    );
  const target: Target = {
    host: address?.host ?? UNKNOWN_HOST,
    port: address?.port ?? DEFAULT_PORT,
    tls: address?.tls ?? 'REQUIRED',
    connection: slug,
    user: viewer.user.email,
    password,
  };
  return (
    <div className="flex flex-col gap-4">
      {address ? null : (
        <Note tone="warn" title={`No agent of ${access.name} says where clients reach it`}>
          Replace <code className="font-mono text-xs">{UNKNOWN_HOST}</code> by the host of an agent that has{' '}
          <code className="font-mono text-xs">[wire]</code> in its configuration; whoever runs it knows.
        </Note>
      )}
      <div className="grid gap-4 min-[420px]:grid-cols-2">
        <SelectField label="Connection" value={slug} onChange={(event) => setSlug(event.target.value)}>
          {access.connections.map((each) => (
            <option key={each.id} value={each.slug}>
              {each.name}
            </option>
          ))}
        </SelectField>
        {access.addresses.length > 1 ? (
          <SelectField
            label="Through agent"
            value={position}
            onChange={(event) => setPosition(Number(event.target.value))}
          >
            {access.addresses.map((each, index) => (
              <option key={`${each.agentName} ${each.host}:${each.port}`} value={index}>
                {each.agentName}
                {each.isOnline ? '' : ' (offline)'}
              </option>
            ))}
          </SelectField>
        ) : null}
      </div>
      <Snippet title="psql" hint="Asks for the password, so that it stays out of the shell’s history.">
        <CodeBlock wrap label="psql command" code={psqlCommand(target)} />
      </Snippet>
      <Snippet
        title="URL"
        hint={password ? 'With the password in it: keep it where secrets are kept.' : undefined}
      >
        <CodeBlock wrap label="URL" code={databaseUrl(target)} />
      </Snippet>
      <Snippet title="JDBC" hint="DBeaver, DataGrip and others on the JVM; they ask for the password.">
        <CodeBlock wrap label="JDBC URL" code={jdbcUrl(target)} />
      </Snippet>
    </div>
  );
}

function Snippet({
  title,
  hint,
  children,
}: {
  title: string;
  hint?: string | undefined;
  children: React.ReactNode;
}) {
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="text-sm font-medium">{title}</h3>
      {children}
      {hint ? <p className="text-ink-3 text-xs">{hint}</p> : null}
    </section>
  );
}
