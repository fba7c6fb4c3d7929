import { useEffect, useState } from 'react';
import { ReadOnlyMark } from '../connections/connection-marks';
import { type Connection, ConnectionSwitcher } from '../connections/connection-switcher';
import { PermissionBadges } from '../connections/permission-badge';
import { duration } from '../results/format';
import { CANCEL_KEYS, RUN_ALL_KEYS, RUN_KEYS } from '../shell/shortcuts';
import type { Running, Transaction } from '../tabs/model';
import { Button } from '../ui/button';
import { Icon, Spinner } from '../ui/icon';
import type { CommitMode } from './commit-mode';

function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 100);
    return () => clearInterval(timer);
  }, []);
  return (
    <span role="timer" aria-label="Running for" className="min-w-14 text-muted tabular-nums">
      {duration(Math.max(0, now - since))}
    </span>
  );
}

interface TransactionProps {
  readonly state: Transaction;
  readonly isRunning: boolean;
  readonly onCommit: () => void;
  readonly onRollback: () => void;
}

/** What the tab's database session is in, and the two ways out. */
function TransactionState({ state, isRunning, onCommit, onRollback }: TransactionProps) {
  if (state === 'idle') return null;
  const isFailed = state === 'failed';
  return (
    <div role="status" className="flex items-center gap-1.5">
      <span
        className={`rounded border px-1.5 py-px font-medium text-[11px] ${isFailed ? 'border-danger bg-danger-soft text-danger' : 'border-warn bg-warn-soft text-warn'}`}
      >
        {isFailed ? 'Transaction failed' : 'In transaction'}
      </span>
      {!isFailed && (
        <Button disabled={isRunning} onClick={onCommit}>
          Commit
        </Button>
      )}
      <Button disabled={isRunning} onClick={onRollback}>
        Rollback
      </Button>
    </div>
  );
}

interface CommitProps {
  readonly commitMode: CommitMode;
  readonly onCommitMode: (mode: CommitMode) => void;
}

/** Only where something can be changed is there something to commit. */
function CommitSwitch({ commitMode, onCommitMode }: CommitProps) {
  return (
    <label
      className="inline-flex items-center gap-1.5 text-muted"
      title="Auto: each run is committed when it succeeds. Manual: what changes something stays open until you press Commit."
    >
      Commit
      <select
        value={commitMode}
        onChange={({ target }) => onCommitMode(target.value === 'manual' ? 'manual' : 'auto')}
        className="h-7 rounded-md border border-line bg-surface px-1.5 text-text"
      >
        <option value="auto">automatic</option>
        <option value="manual">manual</option>
      </select>
    </label>
  );
}

interface ToolbarProps extends CommitProps, Omit<TransactionProps, 'state' | 'isRunning'> {
  readonly connections: readonly Connection[];
  readonly connection: Connection | undefined;
  /** The tab's connection when this person may no longer see it. */
  readonly lostConnection: string | null;
  readonly isSwitcherOpen: boolean;
  readonly onSwitcherOpen: (isOpen: boolean) => void;
  readonly onSwitched: () => void;
  readonly transaction: Transaction;
  readonly running: Running | undefined;
  readonly canRun: boolean;
  readonly onConnection: (slug: string) => void;
  readonly onRun: () => void;
  readonly onRunAll: () => void;
  readonly onCancel: () => void;
}

function RunButtons({ running, canRun, onRun, onRunAll, onCancel }: ToolbarProps) {
  if (running !== undefined) {
    return (
      <>
        <Button
          look="danger"
          onClick={onCancel}
          title={running.isCancelling ? 'Stop waiting for the answer' : `Cancel (${CANCEL_KEYS})`}
        >
          {running.isCancelling ? <Spinner /> : <Icon name="stop" className="!size-3" />}
          {running.isCancelling ? 'Stop waiting' : 'Cancel'}
        </Button>
        <Elapsed since={running.startedAt} />
      </>
    );
  }
  return (
    <>
      <Button
        look="primary"
        aria-label="Run"
        disabled={!canRun}
        onClick={onRun}
        title={`Run the selection, or the statement at the cursor (${RUN_KEYS})`}
      >
        <Icon name="play" className="!size-3" />
        Run
      </Button>
      <Button
        aria-label="Run all"
        disabled={!canRun}
        onClick={onRunAll}
        title={`Run everything (${RUN_ALL_KEYS} or F5)`}
      >
        All
      </Button>
    </>
  );
}

export function Toolbar(props: ToolbarProps) {
  const { connections, connection, transaction, running, onConnection } = props;
  return (
    <div
      role="toolbar"
      aria-label="Query"
      className="flex min-h-10 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-line border-b bg-surface px-2 py-1.5"
    >
      <RunButtons {...props} />
      {connections.length > 0 ? (
        <ConnectionSwitcher
          connections={connections}
          current={connection}
          disabled={running !== undefined}
          isOpen={props.isSwitcherOpen}
          onOpen={props.onSwitcherOpen}
          onChange={onConnection}
          onClosed={props.onSwitched}
        />
      ) : (
        <span className="text-warn">no connection is open to you now</span>
      )}
      {props.lostConnection !== null && connections.length > 0 && (
        <span className="text-warn">
          <code className="font-mono">{props.lostConnection}</code> is no longer open to you
        </span>
      )}
      {connection !== undefined && (
        <span className="flex items-center gap-2">
          <span className="sr-only">You hold</span>
          <PermissionBadges permissions={connection.permissions} />
          {connection.readOnly && <ReadOnlyMark />}
        </span>
      )}
      <span className="ml-auto" />
      {connection !== undefined && !connection.readOnly && <CommitSwitch {...props} />}
      <TransactionState
        state={transaction}
        isRunning={running !== undefined}
        onCommit={props.onCommit}
        onRollback={props.onRollback}
      />
    </div>
  );
}
