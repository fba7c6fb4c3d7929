import type { DatabaseSession } from '@postern/agent/console-sessions';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { sessionsQuery, stopOwnSession } from '../api/catalog';
import { api, ConsoleFailure } from '../api/client';
import { queryClient } from '../api/queries';
import type { Connection } from '../connections/connection-switcher';
import { duration, plural } from '../results/format';
import { Button } from '../ui/button';
import { Icon, Spinner } from '../ui/icon';
import { Confirm } from '../ui/modal';
import { capital } from '../ui/prose';
import { Scroll } from '../ui/scroll';
import { inBlockingOrder } from './blocking';

interface SessionsProps {
  readonly connection: Connection;
  readonly tab: string;
}

type Stop = { readonly how: 'cancel' | 'terminate'; readonly session: DatabaseSession };

const STATE_DOT: Readonly<Record<string, string>> = {
  active: 'bg-ok',
  'idle in transaction': 'bg-warn',
  'idle in transaction (aborted)': 'bg-danger',
};

function whoOf({ person, application, user, isOwn }: DatabaseSession): string {
  if (isOwn) return 'you';
  return person ?? (application === '' ? user : `${user} (${application})`);
}

function Locks({ session }: { session: DatabaseSession }) {
  if (session.locks.length === 0) return null;
  return (
    <details className="mt-1">
      <summary className="text-[11px] text-muted">{plural(session.locks.length, 'lock')}</summary>
      <ul className="font-mono text-[11px]">
        {session.locks.map(({ mode, target, isGranted }) => (
          <li key={`${mode} ${target} ${isGranted}`} className={isGranted ? 'text-muted' : 'text-warn'}>
            {isGranted ? 'holds' : 'waits for'} {mode} on {target}
          </li>
        ))}
      </ul>
    </details>
  );
}

interface RowProps {
  readonly session: DatabaseSession;
  readonly depth: number;
  readonly isAdmin: boolean;
  readonly onStop: (stop: Stop) => void;
}

function SessionRow({ session, depth, isAdmin, onStop }: RowProps) {
  const { pid, state, wait, query, queryMs, transactionMs, blockedBy, isOwn, client } = session;
  const isActive = state === 'active';
  return (
    <tr className="border-line border-t align-top hover:bg-hover">
      <td className="whitespace-nowrap px-2.5 py-1.5 tabular-nums" style={{ paddingLeft: 10 + depth * 18 }}>
        {depth > 0 && <span className="text-warn">↳ </span>}
        {pid}
      </td>
      <td className="px-2.5 py-1.5" title={client ?? undefined}>
        {whoOf(session)}
      </td>
      <td className="whitespace-nowrap px-2.5 py-1.5">
        <span
          className={`mr-1.5 inline-block size-2 rounded-full ${STATE_DOT[state ?? ''] ?? 'bg-line-strong'}`}
        />
        {state ?? 'unknown'}
        {blockedBy.length > 0 && (
          <span className="block text-[11px] text-warn">blocked by {blockedBy.join(', ')}</span>
        )}
        {wait !== null && blockedBy.length === 0 && (
          <span className="block text-[11px] text-muted">{wait}</span>
        )}
      </td>
      <td className="whitespace-nowrap px-2.5 py-1.5 text-right tabular-nums">
        {queryMs === null ? (
          ''
        ) : isActive ? (
          duration(queryMs)
        ) : (
          <span className="text-faint">{duration(queryMs)} ago</span>
        )}
        {transactionMs !== null && (
          <span className="block text-[11px] text-muted">in transaction {duration(transactionMs)}</span>
        )}
      </td>
      <td className="w-full px-2.5 py-1.5">
        <code className="line-clamp-2 wrap-anywhere whitespace-pre-wrap font-mono text-[12px]" title={query}>
          {query.trim()}
        </code>
        <Locks session={session} />
      </td>
      <td className="whitespace-nowrap px-2.5 py-1.5 text-right">
        {(isOwn || isAdmin) && isActive && (
          <Button
            look="quiet"
            aria-label={`Cancel the statement of ${pid}`}
            onClick={() => onStop({ how: 'cancel', session })}
          >
            Cancel
          </Button>
        )}
        {isAdmin && (
          <Button
            look="quiet"
            aria-label={`Terminate session ${pid}`}
            onClick={() => onStop({ how: 'terminate', session })}
          >
            Terminate
          </Button>
        )}
      </td>
    </tr>
  );
}

/** Stops it: one's own statement by the agent; everything else as the governed, recorded statement that it is. */
async function stop({ how, session }: Stop, connection: string, tab: string): Promise<string> {
  if (how === 'cancel' && session.isOwn) {
    await stopOwnSession(connection, session.pid);
    return `Cancelled the statement of session ${session.pid}`;
  }
  const name = how === 'cancel' ? 'pg_cancel_backend' : 'pg_terminate_backend';
  const { error, results } = await api.run({
    connection,
    tab,
    sql: `select pg_catalog.${name}(${session.pid})`,
  });
  if (error !== null) throw new ConsoleFailure(200, error);
  if (results[0]?.rows[0]?.[0] !== 't') return `Session ${session.pid} is not there any more`;
  return how === 'cancel'
    ? `Cancelled the statement of session ${session.pid}`
    : `Terminated session ${session.pid}`;
}

/** Sessions of the database: who does what, and who waits for whom. */
export function SessionsPage({ connection, tab }: SessionsProps) {
  const { slug } = connection;
  const isAdmin = connection.permissions.includes('admin');
  const { data, error, isFetching, refetch } = useQuery(sessionsQuery(slug));
  const [asked, setAsked] = useState<Stop>();
  const [said, setSaid] = useState<{ text: string; isProblem: boolean }>();
  const perform = async (wanted: Stop) => {
    try {
      setSaid({ text: await stop(wanted, slug, tab), isProblem: false });
    } catch (failure) {
      const text = failure instanceof ConsoleFailure ? failure.detail.message : 'something went wrong';
      setSaid({ text: capital(text), isProblem: true });
    }
    await queryClient.invalidateQueries({ queryKey: ['sessions', slug] });
  };
  const onStop = (wanted: Stop) =>
    wanted.how === 'cancel' && wanted.session.isOwn ? void perform(wanted) : setAsked(wanted);
  return (
    <div className="flex min-h-0 flex-1 flex-col bg-surface">
      <header className="flex shrink-0 flex-wrap items-center gap-3 border-line border-b px-4 py-3">
        <h2 className="font-semibold text-[15px]">Sessions</h2>
        <p className="text-muted">
          {data?.isEverybody === true
            ? 'Everybody’s, because you hold admin here. That you look is recorded.'
            : 'Yours. Those of others are shown to people with admin on this connection.'}
        </p>
        <span className="ml-auto" />
        <Button onClick={() => void refetch()} disabled={isFetching}>
          {isFetching ? <Spinner /> : <Icon name="refresh" />}
          Refresh
        </Button>
      </header>
      {said !== undefined && (
        <p
          role={said.isProblem ? 'alert' : 'status'}
          className={`px-4 py-2 ${said.isProblem ? 'bg-danger-soft' : 'bg-sunken'}`}
        >
          {said.text}
        </p>
      )}
      {error !== null && data === undefined && (
        <p role="alert" className="p-4">
          {capital(error instanceof ConsoleFailure ? error.detail.message : 'something went wrong')}.
        </p>
      )}
      {data === undefined && error === null && (
        <p role="status" className="p-4 text-muted">
          Reading sessions
        </p>
      )}
      {data !== undefined && data.sessions.length === 0 && (
        <p className="p-4 text-muted">There is none at the moment.</p>
      )}
      {data !== undefined && data.sessions.length > 0 && (
        <Scroll label="Sessions" className="min-h-0 flex-1">
          <table className="w-full border-collapse text-left">
            <thead className="sticky top-0 z-10 bg-sunken text-[11px] text-muted">
              <tr>
                {['Process', 'Who', 'State', 'Time', 'Statement'].map((name) => (
                  <th
                    key={name}
                    scope="col"
                    className={`px-2.5 py-1.5 font-medium ${name === 'Time' ? 'text-right' : ''}`}
                  >
                    {name}
                  </th>
                ))}
                <th scope="col">
                  <span className="sr-only">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {inBlockingOrder(data.sessions).map(({ session, depth }) => (
                <SessionRow key={session.pid} {...{ session, depth, isAdmin, onStop }} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {asked !== undefined && (
        <Confirm
          title={
            asked.how === 'cancel'
              ? `Cancel the statement of ${whoOf(asked.session)}?`
              : `Terminate session ${asked.session.pid}?`
          }
          text={
            asked.how === 'cancel'
              ? 'What it has done in this statement is undone. The session stays.'
              : `The session of ${whoOf(asked.session)} ends at once, and its transaction is rolled back.`
          }
          action={asked.how === 'cancel' ? 'Cancel it' : 'Terminate'}
          onConfirm={() => void perform(asked)}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  );
}
