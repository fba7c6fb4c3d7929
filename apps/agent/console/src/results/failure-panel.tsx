import type { ReactNode } from 'react';
import { wordAt } from '../editor/statement-at';
import type { Outcome, Transaction } from '../tabs/model';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { Prose } from '../ui/prose';
import { Excerpt } from './excerpt';
import { duration } from './format';
import { AuditId } from './result-footer';

interface FailureProps {
  readonly outcome: Outcome;
  readonly error: NonNullable<Outcome['error']>;
  readonly transaction: Transaction;
  readonly onReveal: (position: number) => void;
  readonly onRetry: () => void;
}

const TITLES: Readonly<Record<string, string>> = {
  'sql.syntax': 'Not understood',
  'sql.empty': 'Nothing to run',
  'sql.too_large': 'Too large',
  'sql.too_complex': 'Too complex',
  'sql.cancelled': 'Cancelled',
  'connection.not_found': 'No such connection',
  'connection.unavailable': 'Database not reachable',
  'audit.unavailable': 'Not recorded, so not run',
  'audit.full': 'No room to record it, so not run',
  'agent.unreachable': 'Agent not reachable',
  'policy.none': 'No policy yet',
  'policy.lease_expired': 'Policy out of date',
  'agent.revoked': 'Agent revoked',
  'auth.session_expired': 'Signed out',
  'auth.required': 'Signed out',
};

/** Faults that may be gone a moment later. */
const PASSING = new Set([
  'connection.unavailable',
  'audit.unavailable',
  'audit.full',
  'agent.unreachable',
  'policy.lease_expired',
]);

/** The session went while the statement ran: by the server's word (classes 57P and 08), or without one. */
function isLost({ code, sqlstate, conflict }: FailureProps['error']): boolean {
  if (code !== 'sql.failed') return false;
  return sqlstate === undefined ? conflict === undefined : /^(57P|08)/.test(sqlstate);
}

function titleOf({ error }: FailureProps): string {
  if (isLost(error)) return 'The database connection was lost';
  if (error.code !== 'sql.failed') return TITLES[error.code] ?? 'Not run';
  return error.statement === undefined ? 'Failed' : `Statement ${error.statement} failed`;
}

/** PostgreSQL, or something on the way to it, reported an error. */
export function FailurePanel(props: FailureProps) {
  const { outcome, error, transaction, onReveal, onRetry } = props;
  const { position } = error;
  return (
    <div role="alert" className="mx-auto flex w-full max-w-3xl flex-col gap-3 p-5">
      <header className="flex flex-wrap items-center gap-2">
        <Icon name="alert" className="text-danger" />
        <h2 className="font-semibold text-[15px]">{titleOf(props)}</h2>
        {error.sqlstate !== undefined && (
          <code title="SQLSTATE" className="rounded bg-danger-soft px-1.5 font-mono text-[12px] text-danger">
            {error.sqlstate}
          </code>
        )}
        <span className="ml-auto text-muted">{duration(outcome.elapsedMs)}</span>
      </header>
      <p className="whitespace-pre-wrap break-words text-[14px]">
        {error.code === 'sql.failed' ? error.message : <Prose text={error.message} />}
      </p>
      {position !== undefined && (
        <div className="flex flex-col items-start gap-1">
          <div className="w-full">
            <Excerpt {...outcome} position={position} end={wordAt(outcome.sql, position).end} />
          </div>
          <Button look="quiet" onClick={() => onReveal(position)}>
            <Icon name="jump" className="!size-3" />
            Show in the editor
          </Button>
        </div>
      )}
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {error.detail !== undefined && <Fact name="Detail" text={error.detail} />}
        {error.hint !== undefined && <Fact name="Hint" text={error.hint} />}
        {error.fix !== undefined && <Fact name="What to do" text={<Prose text={error.fix} />} />}
        {transaction === 'failed' && (
          <Fact
            name="Transaction"
            text="Failed: it accepts nothing but ROLLBACK, and what it did is undone."
          />
        )}
      </dl>
      <div className="flex items-center gap-3">
        {(PASSING.has(error.code) || isLost(error)) && (
          <Button onClick={onRetry}>
            <Icon name="refresh" />
            {isLost(error) ? 'Run it again' : 'Try again'}
          </Button>
        )}
        {outcome.auditId !== null && <AuditId id={outcome.auditId} />}
      </div>
    </div>
  );
}

function Fact({ name, text }: { name: string; text: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="whitespace-pre-wrap break-words">{text}</dd>
    </>
  );
}
