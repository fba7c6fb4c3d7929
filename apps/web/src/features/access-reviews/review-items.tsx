'use client';
import { Button } from '../../ui/button';
import { DataTable } from '../../ui/data-table';
import { inputClass, Select } from '../../ui/field';
import { count } from '../../ui/format';
import { Well } from '../../ui/page';
import { EmptyState, FormError } from '../../ui/states';
import { Kbd } from '../../ui/status-dot';
import { useOrg } from '../shell/org-context';
import { DecideDialog } from './decide-dialog';
import { itemColumns } from './item-columns';
import { useItemKeys } from './use-item-keys';
import { type Shown, useDecisions, useQueue } from './use-queue';
import { type Item, type Review, useUses } from './use-reviews';

/** The queue: certify or revoke one by one with the keyboard, or many at once. */
export function ReviewItems({ review, items }: { review: Review; items: readonly Item[] | undefined }) {
  const queue = useQueue(review, items);
  const decisions = useDecisions(review, queue.clear);
  const { shown, rows, chosen, mayDecide } = queue;
  const { asking, setAsking, certify, revoke } = decisions;
  /** A key means the selection where there is one. */
  const meant = (item: Item) => (chosen.length > 0 ? chosen : [item]);
  const list = useItemKeys({
    rows: (rows ?? []).filter(mayDecide),
    onCertify: (item) => decisions.busy || certify(meant(item)),
    onRevoke: (item) => setAsking({ items: meant(item), decision: 'REVOKED' }),
    isActive: shown.show === 'waiting',
  });
  return (
    <>
      <Filters {...shown} items={queue.ofThese} change={queue.change} />
      {decisions.error && !asking ? <FormError error={decisions.error} /> : null}
      {chosen.length > 0 ? <Toolbar chosen={chosen} decisions={decisions} onClear={queue.clear} /> : null}
      {rows?.length === 0 ? (
        <Well>
          <Nothing {...shown} review={review} />
        </Well>
      ) : (
        <div ref={list}>
          <ItemTable review={review} queue={queue} decisions={decisions} />
        </div>
      )}
      {asking ? (
        <DecideDialog
          {...asking}
          busy={decisions.busy}
          error={decisions.error}
          onClose={decisions.stopAsking}
          onDecide={(note) => (asking.decision === 'CERTIFIED' ? certify : revoke)(asking.items, note)}
        />
      ) : null}
    </>
  );
}

type Queue = ReturnType<typeof useQueue>;
type Decisions = ReturnType<typeof useDecisions>;

function ItemTable({ review, queue, decisions }: { review: Review; queue: Queue; decisions: Decisions }) {
  const { viewer } = useOrg();
  const uses = useUses(review.id);
  const { shown, rows, ticked, mayDecide } = queue;
  const columns = itemColumns({
    ...{ show: shown.show, showReviewer: shown.whose === 'all', ticked, mayDecide },
    ...{ uses: uses.data, usesFailed: uses.isError, busy: decisions.busy, viewerId: viewer.user.id },
    onTick: queue.tick,
    onCertify: (item) => decisions.certify([item]),
    onRevoke: (item) => decisions.setAsking({ items: [item], decision: 'REVOKED' }),
    onReopen: (item) => decisions.reopen([item]),
  });
  const canTick = shown.show === 'waiting' && (rows ?? []).some(mayDecide);
  return (
    <DataTable
      label={shown.show === 'waiting' ? 'Waiting for a decision' : 'Decided'}
      columns={columns}
      rows={rows}
      rowId={({ id }) => id}
      footer={rows ? <Footer rows={rows} canTick={canTick} onTickAll={queue.tickAll} /> : undefined}
    />
  );
}

interface ToolbarProps {
  chosen: Item[];
  decisions: Decisions;
  onClear: () => void;
}

function Toolbar({ chosen, decisions, onClear }: ToolbarProps) {
  const { busy, certify, setAsking } = decisions;
  return (
    <div
      role="toolbar"
      aria-label="Decide about the selected"
      className="bg-selected border-line sticky top-12 z-20 flex flex-wrap items-center gap-2 rounded-lg border px-3 py-2 text-sm"
    >
      <span className="mr-2 font-medium">{chosen.length} selected</span>
      <Button look="primary" busy={busy} onClick={() => certify(chosen)}>
        Certify {chosen.length}
      </Button>
      <Button onClick={() => setAsking({ items: chosen, decision: 'CERTIFIED' })}>
        Certify with a note…
      </Button>
      <Button look="quiet-danger" onClick={() => setAsking({ items: chosen, decision: 'REVOKED' })}>
        Revoke {chosen.length}…
      </Button>
      <Button look="ghost" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}

interface FilterProps extends Shown {
  items: readonly Item[] | undefined;
  change: (changes: Record<string, string | null>) => void;
}

function Filters({ show, whose, text, items, change }: FilterProps) {
  const { canSeeAll } = useOrg();
  const decided = (items ?? []).filter(({ decision }) => decision != null).length;
  const tabs = [
    ['waiting', `Waiting (${(items?.length ?? 0) - decided})`],
    ['decided', `Decided (${decided})`],
  ] as const;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <fieldset className="flex gap-1">
        <legend className="sr-only">Which are shown</legend>
        {tabs.map(([value, label]) => (
          <Button
            key={value}
            look={show === value ? 'secondary' : 'ghost'}
            aria-pressed={show === value}
            onClick={() => change({ show: value === 'waiting' ? null : value })}
          >
            {label}
          </Button>
        ))}
      </fieldset>
      <input
        type="search"
        data-search
        aria-label="Find a person, connection or rule"
        placeholder="Find a person, connection or rule"
        value={text}
        onChange={(event) => change({ q: event.target.value })}
        className={`${inputClass} min-w-56 flex-1`}
      />
      {canSeeAll ? (
        <Select aria-label="Whose" value={whose} onChange={(event) => change({ whose: event.target.value })}>
          <option value="mine">Mine to review</option>
          <option value="all">Everybody’s</option>
        </Select>
      ) : null}
    </div>
  );
}

function Footer({
  rows,
  canTick,
  onTickAll,
}: {
  rows: readonly Item[];
  canTick: boolean;
  onTickAll: () => void;
}) {
  return (
    <span className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-1">
      {count(rows.length, 'item')}
      {canTick ? (
        <>
          <button type="button" className="text-accent hover:underline" onClick={onTickAll}>
            Select all shown
          </button>
          <span className="hidden items-center gap-1.5 sm:inline-flex">
            <Kbd>j</Kbd>
            <Kbd>k</Kbd> move <Kbd>a</Kbd> certify <Kbd>x</Kbd> revoke
          </span>
        </>
      ) : null}
    </span>
  );
}

function Nothing({ show, whose, text, review }: Shown & { review: Review }) {
  if (text)
    return (
      <EmptyState icon="search" title="Nothing matches">
        No item has “{text}” in its person, connection, permissions or rule.
      </EmptyState>
    );
  if (show === 'decided')
    return (
      <EmptyState icon="clock" title="Nothing decided yet">
        What is certified or revoked appears here with who decided, when and why.
      </EmptyState>
    );
  return (
    <EmptyState icon="check" title={whose === 'mine' ? 'You are done' : 'Everything is decided'}>
      {review.closedAt
        ? 'This review is closed.'
        : whose === 'mine'
          ? 'Nothing in this review waits for you.'
          : 'Close the review and make its evidence.'}
    </EmptyState>
  );
}
