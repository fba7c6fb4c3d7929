'use client';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { sentence } from '../../graphql/api-error';
import { CodeBlock, CopyButton } from '../../ui/copy';
import { Panel } from '../../ui/dialog';
import { Words } from '../../ui/field';
import { absolute, bytes, duration } from '../../ui/format';
import { PermissionBadges } from '../../ui/permission-badge';
import { ErrorState, Note, Skeleton } from '../../ui/states';
import { Status, Tag } from '../../ui/status-dot';
import { Ago, useNow } from '../../ui/time';
import { useOrg } from '../shell/org-context';
import { Decision } from './decision';
import { kindLabel } from './kinds';
import { outcomeOf } from './outcome';
import { Parameters } from './parameters';
import { type AuditDetail, useAuditEvent } from './use-audit';

export function AuditDetailPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { orgId } = useOrg();
  const event = useAuditEvent(orgId, id);
  return (
    <Panel
      open
      wide
      onClose={onClose}
      title={event.data ? kindLabel(event.data.kind) : 'Event'}
      footer={event.data ? <CopyButton text={JSON.stringify(event.data, null, 2)} label="Copy JSON" /> : null}
    >
      {event.error ? <ErrorState error={event.error} onRetry={() => event.refetch()} /> : null}
      {event.data ? <Detail event={event.data} /> : event.error ? null : <Skeleton className="h-40 w-full" />}
    </Panel>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

/** Ways from here, small: the same person's or connection's other events, and itself. */
function Links({ links }: { links: readonly (readonly [string, string])[] }) {
  const { slug } = useOrg();
  return (
    <span className="inline-flex gap-2 text-xs">
      {links.map(([text, path]) => (
        <Link key={text} href={`/${slug}/${path}`} className="text-accent hover:underline">
          {text}
        </Link>
      ))}
    </span>
  );
}

function Detail({ event }: { event: AuditDetail }) {
  const now = useNow();
  const outcome = outcomeOf(event, now);
  return (
    <div className="flex flex-col gap-5 text-sm">
      {event.statement ? <Statement statement={event.statement} /> : null}
      {event.statement ? <Parameters statement={event.statement} /> : null}
      {event.reason ? (
        <Note tone={event.decision === 'denied' ? 'bad' : 'plain'}>
          <Words text={sentence(event.reason)} />
        </Note>
      ) : null}
      <dl className="grid grid-cols-[7.5rem_minmax(0,1fr)] gap-x-3 gap-y-2">
        <Row label="When">
          {absolute(event.at)} <span className="text-ink-3">(</span>
          <Ago at={event.at} />
          <span className="text-ink-3">)</span>
        </Row>
        <Row label="Who">
          {event.actor.label || event.actor.type}{' '}
          {event.actor.type === 'user' ? (
            <Links
              links={[
                ['events', `audit?range=7d&person=${event.actor.id}`],
                ['rules', `rules?member=${encodeURIComponent(`user:${event.actor.label}`)}`],
                ['person', 'people'],
              ]}
            />
          ) : (
            <Tag>{event.actor.type}</Tag>
          )}
        </Row>
        {event.decision ? (
          <Row label="Decision">
            <Decision decision={event.decision} />
          </Row>
        ) : null}
        {outcome ? (
          <Row label="Outcome">
            <Status health={outcome.health}>{outcome.text}</Status>
            {event.outcome?.bytes ? (
              <span className="text-ink-2"> {bytes(event.outcome.bytes)} on the wire</span>
            ) : null}
            {outcome.text === 'outcome unknown' ? (
              <p className="text-ink-2 text-xs">
                The agent recorded that it began and never reported its end.
              </p>
            ) : null}
          </Row>
        ) : null}
        {event.kind === 'wire.session_closed' && event.outcome ? (
          <Row label="Lasted">
            {duration(event.outcome.durationMs)}
            {event.outcome.bytes ? `, ${bytes(event.outcome.bytes)} sent` : ''}
          </Row>
        ) : null}
        <Permissions event={event} />
        {event.connection ? (
          <Row label="Connection">
            {event.connection.slug}{' '}
            <Links
              links={[
                ['events', `audit?range=7d&connection=${event.connection.slug}`],
                ['connection', `connections?connection=${event.connection.id}`],
              ]}
            />
          </Row>
        ) : null}
        {event.relations?.length ? (
          <Row label="Relations">
            <span className="font-mono text-xs">{event.relations.join(', ')}</span>
          </Row>
        ) : null}
        {event.path ? <Row label="Came in by">{event.path}</Row> : null}
        {event.client ? <Client client={event.client} /> : null}
        {event.target ? (
          <Row label="Target">
            {event.target.label} <Tag>{event.target.type}</Tag>
          </Row>
        ) : null}
        <Origin event={event} />
      </dl>
      {event.before || event.after ? <Change before={event.before} after={event.after} /> : null}
    </div>
  );
}

function Statement({ statement }: { statement: NonNullable<AuditDetail['statement']> }) {
  return (
    <section className="flex flex-col gap-1.5">
      <CodeBlock label="Statement" code={statement.text || '-- its text is not kept'} />
      <p className="text-ink-3 text-xs">
        {statement.kinds.join(', ') || 'could not be parsed'} · {bytes(statement.bytes)}
        {statement.truncated ? ' in all; its middle is left out and proved by its SHA-256' : ''} ·{' '}
        {statement.fingerprint ? `fingerprint ${statement.fingerprint} · ` : ''}
        {statement.redacted ? `redacted before it was written: ${statement.redacted.join(', ')} · ` : ''}
        <span title={statement.sha256} className="font-mono">
          sha256 {statement.sha256.slice(0, 12)}…
        </span>
      </p>
    </section>
  );
}

function Permissions({ event }: { event: AuditDetail }) {
  const { slug } = useOrg();
  return (
    <>
      {event.required ? (
        <Row label="Required">
          <PermissionBadges permissions={event.required} />
        </Row>
      ) : null}
      {event.held ? (
        <Row label="Held">
          <PermissionBadges permissions={event.held} />
        </Row>
      ) : null}
      {event.missing?.length ? (
        <Row label="Missing">
          <PermissionBadges permissions={event.missing} />
        </Row>
      ) : null}
      {event.ruleIds?.length ? (
        <Row label="Rules">
          <span className="flex flex-wrap gap-x-3 gap-y-1">
            {event.ruleIds.map((id) => (
              <Link
                key={id}
                href={`/${slug}/rules?rule=${id}`}
                className="text-accent font-mono text-xs hover:underline"
              >
                {id.slice(-8)}
              </Link>
            ))}
          </span>
        </Row>
      ) : null}
    </>
  );
}

function Origin({ event }: { event: AuditDetail }) {
  const { slug } = useOrg();
  return (
    <>
      {event.policyVersion ? <Row label="Policy">v{event.policyVersion}</Row> : null}
      {event.agentId ? (
        <Row label="Agent">
          <Link href={`/${slug}/agents?agent=${event.agentId}`} className="text-accent hover:underline">
            event {event.seq} of its chain
          </Link>
        </Row>
      ) : event.seq === null ? null : (
        <Row label="Chain">event {event.seq} of the organisation’s own</Row>
      )}
      {event.hash ? (
        <Row label="Hash">
          <span className="font-mono text-xs break-all">{event.hash}</span>
        </Row>
      ) : null}
      {event.sessionId ? (
        <Row label="Session">
          <span className="font-mono text-xs">{event.sessionId}</span>
        </Row>
      ) : null}
      <Row label="Received">{absolute(event.receivedAt)}</Row>
      <Row label="Event id">
        <span className="font-mono text-xs">{event.id}</span>
      </Row>
    </>
  );
}

function Client({ client }: { client: NonNullable<AuditDetail['client']> }) {
  return (
    <>
      <Row label="Client">
        <span className="font-mono text-xs">{client.address}</span>{' '}
        {client.tls ? <Tag>{client.tls}</Tag> : <span className="text-ink-3">not encrypted</span>}
      </Row>
      {client.application ? <Row label="Application">{client.application}</Row> : null}
    </>
  );
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);

function Change({ before, after }: { before: unknown; after: unknown }) {
  return (
    <section className="grid gap-3 sm:grid-cols-2">
      {before ? (
        <div className="flex min-w-0 flex-col gap-1.5">
          <h3 className="font-medium">Before</h3>
          <CodeBlock label="Before" code={json(before)} />
        </div>
      ) : null}
      {after ? (
        <div className="flex min-w-0 flex-col gap-1.5">
          <h3 className="font-medium">After</h3>
          <CodeBlock label="After" code={json(after)} />
        </div>
      ) : null}
    </section>
  );
}
