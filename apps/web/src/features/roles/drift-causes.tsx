'use client';
import Link from 'next/link';
import { clockOrDay, count } from '../../ui/format';
import { Ago, useNow } from '../../ui/time';
import { useOrg } from '../shell/org-context';
import type { Roles } from './use-roles';

type Causes = NonNullable<Roles['drift']>['causes'];
type Cause = Causes['changes'][number][number];
type Statement = Causes['opaque'][number];

/** Where one change's difference is likely to come from: one line a cause. */
export function WhereFrom({ causes, index }: { causes: Causes; index: number }) {
  const list = causes.changes[index] ?? [];
  if (list.length === 0)
    return <p className="text-ink-3 text-xs">Where it comes from is not known: the agent does not tell.</p>;
  return (
    <ul className="text-ink-2 flex flex-col gap-0.5 text-xs" aria-label="Where it comes from">
      {list.map((cause, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a finding's causes never move
        <li key={position}>
          <CauseText cause={cause} causes={causes} />
          {list.length > 1 ? <span className="text-ink-3"> ({count(cause.objects, 'object')})</span> : null}
        </li>
      ))}
    </ul>
  );
}

function CauseText({ cause, causes: { since, until, opaque } }: { cause: Cause; causes: Causes }) {
  const now = useNow();
  const { kind, statement, changedAt, grantors } = cause;
  const by = grantors.length === 0 ? '' : `, granted by ${grantors.slice(0, 3).join(', ')}`;
  if (kind === 'STATEMENT' && statement) return <Ran statement={statement} />;
  if (kind === 'UNKNOWN')
    return <>Not known: the audit trail does not reach back to when nothing differed{by}.</>;
  return (
    <>
      {opaque.length > 0 ? 'Probably outside Postern' : 'Outside Postern'}
      {changedAt ? (
        <>
          , <Ago at={changedAt} />
        </>
      ) : since ? (
        `, between ${clockOrDay(since, now)} and ${clockOrDay(until, now)}`
      ) : null}
      {by}.
    </>
  );
}

function Ran({ statement: { eventId, at, actorLabel, text } }: { statement: Statement }) {
  const { slug } = useOrg();
  return (
    <>
      {actorLabel} ran{' '}
      <code className="text-ink font-mono [overflow-wrap:anywhere]">{text.replace(/\s+/g, ' ').trim()}</code>{' '}
      through Postern{' '}
      <Link href={`/${slug}/audit?event=${eventId}`} className="text-accent hover:underline">
        <Ago at={at} />
      </Link>
    </>
  );
}

/** What may have done anything: said once, not for each change. */
export function OpaqueStatements({ causes: { opaque } }: { causes: Causes }) {
  if (opaque.length === 0) return null;
  return (
    <div className="mb-4 text-sm">
      <h3 className="font-medium">What these changed cannot be told</h3>
      <p className="text-ink-2">They went through Postern in that time and may have done some of it:</p>
      <ul className="divide-line border-line mt-1.5 divide-y rounded-lg border text-xs">
        {opaque.map((statement) => (
          <li key={statement.eventId} className="px-3 py-1.5">
            <Ran statement={statement} />
          </li>
        ))}
      </ul>
    </div>
  );
}
