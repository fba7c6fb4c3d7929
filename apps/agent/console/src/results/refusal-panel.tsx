import type { ReactNode } from 'react';
import type { Connection } from '../connections/connection-switcher';
import { EnvironmentLabel } from '../connections/environment-label';
import { PermissionBadge, PermissionBadges } from '../connections/permission-badge';
import { splitStatements } from '../editor/split';
import { wordAt } from '../editor/statement-at';
import type { Outcome } from '../tabs/model';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy';
import { Icon } from '../ui/icon';
import { Prose } from '../ui/prose';
import { AskForAccess } from './ask-for-access';
import { Excerpt } from './excerpt';
import { type Person, requestText } from './request-text';
import { AuditId } from './result-footer';

type Failure = NonNullable<Outcome['error']>;
type Reason = NonNullable<Failure['reasons']>[number];

interface RefusalProps {
  readonly outcome: Outcome;
  readonly error: Failure;
  readonly connection: Connection | undefined;
  readonly person: Person;
  readonly onReveal: (position: number) => void;
}

function ReasonItem({
  reason,
  outcome,
  onReveal,
}: { reason: Reason } & Pick<RefusalProps, 'outcome' | 'onReveal'>) {
  // Where the agent names no place, the statement's beginning is the next best.
  const position = reason.position ?? splitStatements(outcome.sql)[reason.statement - 1]?.start;
  return (
    <li className="flex flex-col gap-1.5">
      <div className="flex items-start gap-2">
        <p className="mr-auto">
          <Prose text={reason.text} />
        </p>
        {reason.permission !== null && <PermissionBadge permission={reason.permission} missing />}
      </div>
      {position !== undefined && (
        <div className="flex items-stretch gap-1">
          <div className="min-w-0 flex-1">
            <Excerpt tone="warn" {...outcome} position={position} end={wordAt(outcome.sql, position).end} />
          </div>
          <Button
            look="quiet"
            square
            className="!h-auto"
            aria-label="Show in the editor"
            title="Show in the editor"
            onClick={() => onReveal(position)}
          >
            <Icon name="jump" />
          </Button>
        </div>
      )}
    </li>
  );
}

function isInTheWay(reason: Reason, error: Failure): boolean {
  return reason.permission === null || (error.missing ?? []).some((missing) => missing === reason.permission);
}

function Holding({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex items-center gap-2">
      <dt className="text-muted">{name}</dt>
      <dd className="flex items-center gap-2">{children}</dd>
    </div>
  );
}

function Holdings({ error, connection }: { error: Failure; connection: Connection | undefined }) {
  const missing = error.missing ?? [];
  return (
    <dl className="flex flex-wrap items-center gap-x-6 gap-y-2">
      <Holding name="Connection">
        <span className="font-medium">{connection?.name ?? error.connection}</span>
        {connection !== undefined && <EnvironmentLabel label={connection.label} />}
      </Holding>
      <Holding name="You hold">
        <PermissionBadges permissions={error.held ?? []} />
      </Holding>
      {missing.length > 0 && (
        <Holding name="Missing">
          <PermissionBadges permissions={missing} missing />
        </Holding>
      )}
    </dl>
  );
}

/** Postern said no: what, why, and what to do about it. Calm, because nothing has happened. */
export function RefusalPanel({ outcome, error, connection, person, onReveal }: RefusalProps) {
  const reasons = (error.reasons ?? []).filter((reason) => isInTheWay(reason, error));
  const missing = error.missing ?? [];
  return (
    <div role="alert" className="mx-auto flex w-full max-w-3xl flex-col gap-4 p-5">
      <header className="flex items-start gap-3">
        <span className="grid size-9 shrink-0 place-items-center rounded-full bg-warn-soft text-warn">
          <Icon name="shield" />
        </span>
        <div>
          <h2 className="font-semibold text-[15px]">Refused</h2>
          <p className="text-muted">
            {reasons.length === 0 && (
              <>
                <Prose text={error.message} />{' '}
              </>
            )}
            Nothing was sent to the database.
          </p>
        </div>
      </header>
      {reasons.length > 0 && (
        <ol className="flex flex-col gap-3">
          {reasons.map((reason) => (
            <ReasonItem
              key={`${reason.statement} ${reason.permission} ${reason.text} ${reason.position}`}
              reason={reason}
              outcome={outcome}
              onReveal={onReveal}
            />
          ))}
        </ol>
      )}
      <Holdings error={error} connection={connection} />
      {error.fix !== undefined && missing.length === 0 && (
        <p>
          <Prose text={error.fix} />
        </p>
      )}
      {missing.length > 0 && (
        <AskForAccess
          key={outcome.id}
          connection={error.connection ?? outcome.connection}
          permissions={missing}
          auditId={error.auditId}
        />
      )}
      <div className="flex flex-wrap items-center gap-3 border-line border-t pt-3">
        {missing.length > 0 && (
          <CopyButton
            look="plain"
            label="Copy a request for access"
            caption="Copy a request for access"
            text={requestText(person, error.connection ?? outcome.connection, missing, error.auditId)}
          />
        )}
        {error.auditId !== undefined && <AuditId id={error.auditId} />}
      </div>
    </div>
  );
}
