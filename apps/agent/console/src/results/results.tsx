import { Tabs } from 'radix-ui';
import { memo, useState } from 'react';
import type { Connection } from '../connections/connection-switcher';
import { stagedRows } from '../edit/use-edit';
import { isRefusal } from '../run/outcome';
import { RUN_KEYS } from '../shell/shortcuts';
import type { Outcome, Pin, Trail, Transaction } from '../tabs/model';
import { Key } from '../ui/button';
import { Icon } from '../ui/icon';
import type { ResultActions } from './actions';
import { FailurePanel } from './failure-panel';
import { Followed } from './followed';
import { duration, plural } from './format';
import { Notices } from './notices';
import { RefusalPanel } from './refusal-panel';
import type { Person } from './request-text';
import { AuditId, Place } from './result-footer';
import { ResultPane } from './result-pane';
import { type ResultSet, useResult } from './result-set';

export interface ResultsProps {
  readonly outcome: Outcome | undefined;
  readonly pinned: readonly Pin[];
  readonly trail: Trail | undefined;
  readonly connection: Connection | undefined;
  readonly transaction: Transaction;
  readonly person: Person;
  readonly onReveal: (position: number) => void;
  readonly onRetry: (outcome: Outcome) => void;
  readonly tab: string;
  readonly isRunning: boolean;
  readonly actions: ResultActions;
}

function NoRows({ result }: { result: ResultSet }) {
  const { rowCount, command, durationMs } = result;
  return (
    <div
      role="status"
      tabIndex={-1}
      data-results-pane=""
      className="flex flex-1 items-center justify-center gap-2 p-6 outline-none"
    >
      <Icon name="check" className="text-ok" />
      <code className="font-mono text-[12px]">{command}</code>
      {rowCount !== null && <span>{plural(rowCount, 'row')} affected</span>}
      <span className="text-muted">in {duration(durationMs)}</span>
    </div>
  );
}

function Result({ result, outcome, ...props }: { result: ResultSet; outcome: Outcome } & ResultsProps) {
  useResult(result);
  if (result.columns.length > 0) {
    const { tab, connection, isRunning, actions, pinned } = props;
    return <ResultPane {...{ result, outcome, tab, connection, isRunning, actions, pinned }} />;
  }
  return (
    <>
      <NoRows result={result} />
      <Notices notices={result.notices} />
      <footer className="flex min-h-8 items-center border-line border-t bg-bg px-3">
        <span className="ml-auto inline-flex min-w-0 items-center gap-4 text-muted">
          <Place place={outcome.place} />
          {outcome.auditId !== null && <AuditId id={outcome.auditId} />}
        </span>
      </footer>
    </>
  );
}

function Problem({
  outcome,
  connection,
  transaction,
  person,
  onReveal,
  onRetry,
}: ResultsProps & { outcome: Outcome }) {
  const { error } = outcome;
  if (error === null) return null;
  return (
    <div data-results-pane="" tabIndex={-1} className="min-h-0 flex-1 overflow-auto bg-surface outline-none">
      {isRefusal(error) ? (
        <RefusalPanel {...{ outcome, error, connection, person, onReveal }} />
      ) : (
        <FailurePanel {...{ outcome, error, transaction, onReveal }} onRetry={() => onRetry(outcome)} />
      )}
    </div>
  );
}

const TRIGGER =
  'inline-flex h-8 shrink-0 items-center gap-1.5 border-transparent border-b-2 px-2.5 text-muted hover:text-text data-[state=active]:border-accent data-[state=active]:text-text -outline-offset-2';

/** A few words of a statement, to know a pinned result by. */
const wordsOf = ({ outcome, result }: Pin): string => {
  const text = result.textIn(outcome.sql).replace(/\s+/g, ' ').trim();
  return text.length > 28 ? `${text.slice(0, 27)}…` : text;
};
const keyOf = ({ outcome, result }: Pin): string => `pin ${outcome.id} ${result.statement}`;

interface TriggerProps {
  readonly result: ResultSet;
  /** Absent while something runs, and where staged changes would go with it. */
  readonly onClose: (() => void) | undefined;
}

/** One of several results; Delete or the cross takes it away. */
function ResultTrigger({ result: { statement, command }, onClose }: TriggerProps) {
  return (
    <span className="flex shrink-0 items-center">
      <Tabs.Trigger
        value={String(statement)}
        className={TRIGGER}
        {...(onClose && { 'aria-keyshortcuts': 'Delete' })}
        onKeyDown={({ key }) => key === 'Delete' && onClose?.()}
      >
        <span className="text-faint">{statement}</span>
        <code className="font-mono text-[12px]">{command}</code>
      </Tabs.Trigger>
      {onClose !== undefined && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard closes it with Delete
        // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse only, because a list of tabs has tabs alone
        <span
          title={`Close result ${statement} (Delete)`}
          onClick={onClose}
          className="-ml-1.5 grid size-5 place-items-center rounded text-muted hover:bg-hover hover:text-text"
        >
          <Icon name="close" className="!size-3" />
        </span>
      )}
    </span>
  );
}

function Triggers({ outcome, pinned, isRunning, actions }: ResultsProps) {
  const error = outcome?.error ?? null;
  return (
    <Tabs.List aria-label="Results" className="flex shrink-0 overflow-x-auto border-line border-b bg-bg px-1">
      {pinned.map((pin) => (
        <Tabs.Trigger key={keyOf(pin)} value={keyOf(pin)} className={TRIGGER} title="Pinned">
          <Icon name="pin" className="!size-3" />
          <span className="sr-only">Pinned:</span>
          <code className="font-mono text-[12px]">{wordsOf(pin)}</code>
        </Tabs.Trigger>
      ))}
      {outcome?.results.map((result) => (
        <ResultTrigger
          key={result.statement}
          result={result}
          onClose={isRunning || stagedRows([result]) > 0 ? undefined : () => actions.close(result)}
        />
      ))}
      {error !== null && (
        <Tabs.Trigger value="error" className={TRIGGER}>
          <Icon name="alert" className="text-danger" />
          {error.statement === undefined ? 'Error' : `Statement ${error.statement}`}
        </Tabs.Trigger>
      )}
    </Tabs.List>
  );
}

/** What to look at as long as nobody chose: what went wrong, else the last result. Who cancelled looks on at the rows that had come. */
function firstShown({ outcome, pinned }: Pick<ResultsProps, 'outcome' | 'pinned'>): string {
  const last = outcome?.results.at(-1);
  const isCancelled = outcome?.error?.code === 'sql.cancelled' && (last?.rows.count ?? 0) > 0;
  if (outcome?.error != null && !isCancelled) return 'error';
  const pin = pinned.at(-1);
  return last !== undefined ? String(last.statement) : pin === undefined ? '' : keyOf(pin);
}

function Outcomes(props: ResultsProps) {
  const { outcome, pinned } = props;
  const [chosen, setShown] = useState<string>();
  // What was taken away takes its place with it.
  const there = [
    ...pinned.map(keyOf),
    ...(outcome?.results ?? []).map(({ statement }) => String(statement)),
    'error',
  ];
  const shown = chosen === undefined || !there.includes(chosen) ? firstShown(props) : chosen;
  const own = (outcome?.results.length ?? 0) + (outcome?.error == null ? 0 : 1);
  const panel = 'flex min-h-0 flex-1 flex-col outline-none data-[state=inactive]:hidden';
  return (
    <Tabs.Root value={shown} onValueChange={setShown} className="flex h-full min-h-0 flex-col">
      {own + pinned.length > 1 && <Triggers {...props} />}
      {pinned.map((pin) => (
        <Tabs.Content key={keyOf(pin)} value={keyOf(pin)} tabIndex={-1} className={panel}>
          <Result {...props} outcome={pin.outcome} result={pin.result} />
        </Tabs.Content>
      ))}
      {outcome?.results.map((result) => (
        <Tabs.Content
          key={`${outcome.id} ${result.statement}`}
          value={String(result.statement)}
          tabIndex={-1}
          className={panel}
        >
          <Result {...props} outcome={outcome} result={result} />
        </Tabs.Content>
      ))}
      {outcome !== undefined && (
        <Tabs.Content value="error" tabIndex={-1} className={panel}>
          <Problem {...props} outcome={outcome} />
        </Tabs.Content>
      )}
    </Tabs.Root>
  );
}

/** What came of the last run in this tab. */
export const Results = memo(function Results(props: ResultsProps) {
  const { outcome, pinned, trail } = props;
  if (outcome === undefined && pinned.length === 0) {
    return (
      <div className="grid h-full place-items-center p-6 text-center text-muted">
        <p>
          Run the statement at the cursor with <Key>{RUN_KEYS}</Key>. Its rows appear here.
        </p>
      </div>
    );
  }
  const isNothing = outcome?.results.length === 0 && outcome.error === null && pinned.length === 0;
  if (isNothing && trail === undefined) {
    return <p className="p-6 text-center text-muted">Done. Nothing came back.</p>;
  }
  const outcomes = <Outcomes key={outcome?.id ?? 0} {...props} />;
  if (trail === undefined || outcome === undefined) return outcomes;
  return (
    <Followed {...{ trail, outcome, actions: props.actions, isRunning: props.isRunning }}>
      {outcomes}
    </Followed>
  );
});
