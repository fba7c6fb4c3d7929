'use client';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { DataTable } from '../../ui/data-table';
import { inputClass, Select } from '../../ui/field';
import { count } from '../../ui/format';
import { Well } from '../../ui/page';
import { EmptyState, FormError } from '../../ui/states';
import { Kbd } from '../../ui/status-dot';
import { notify } from '../../ui/toast';
import { useUrlState } from '../../ui/use-url-state';
import { useOrg } from '../shell/org-context';
import { DecideDialog } from './decide-dialog';
import { itemColumns } from './item-columns';
import { useItemKeys } from './use-item-keys';
import { type Item, type Review, useDecide, useUses } from './use-reviews';

/** Which of the items are shown. */
interface Shown {
  show: 'waiting' | 'decided';
  whose: 'mine' | 'all';
  text: string;
}

const has = (item: Item, text: string): boolean =>
  `${item.userName} ${item.userEmail} ${item.connection} ${item.permissions.join(' ')} ${item.through.join(' ')}`
    .toLowerCase()
    .includes(text.trim().toLowerCase());

function useShown(review: Review): [Shown, (changes: Record<string, string | null>) => void] {
  const { canSeeAll } = useOrg();
  const [params, change] = useUrlState();
  const usual = review.waitingForMe > 0 || !canSeeAll ? 'mine' : 'all';
  const whose = params.get('whose');
  return [
    {
      show: params.get('show') === 'decided' ? 'decided' : 'waiting',
      whose: canSeeAll && (whose === 'mine' || whose === 'all') ? whose : usual,
      text: params.get('q') ?? '',
    },
    change,
  ];
}

/** The queue: certify or revoke one by one with the keyboard, or many at once. */
export function ReviewItems({ review, items }: { review: Review; items: readonly Item[] | undefined }) {
  const { viewer, canManage } = useOrg();
  const [{ show, whose, text }, change] = useShown(review);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<{ items: Item[]; decision: 'CERTIFIED' | 'REVOKED' } | null>(null);
  const uses = useUses(review.id);
  const decide = useDecide(review.id);
  const mine = (item: Item) => item.reviewerId === viewer.user.id;
  const mayDecide = (item: Item): boolean =>
    !review.closedAt && (mine(item) || canManage) && item.userId !== viewer.user.id;
  const ofThese = items?.filter((item) => whose === 'all' || mine(item));
  const rows = ofThese?.filter((item) => (item.decision != null) === (show === 'decided') && has(item, text));
  const chosen = (rows ?? []).filter((item) => ticked.has(item.id) && mayDecide(item));
  const certify = (these: readonly Item[], note?: string) => {
    const ids = these.map(({ id }) => id);
    setTicked(new Set());
    decide.mutate(
      { ids, decision: 'CERTIFIED', ...(note ? { note } : {}) },
      {
        onSuccess: () =>
          notify(these.length === 1 ? `${these[0]?.userName} certified` : `${these.length} certified`, () =>
            decide.mutate({ ids, decision: null }),
          ),
      },
    );
  };
  const revoke = (these: Item[]) => setAsking({ items: these, decision: 'REVOKED' });
  const focused = useItemKeys({
    rows: (rows ?? []).filter(mayDecide),
    onCertify: (item) => certify(chosen.length > 0 ? chosen : [item]),
    onRevoke: (item) => revoke(chosen.length > 0 ? chosen : [item]),
    isActive: show === 'waiting' && !decide.isPending,
  });
  const tick = (id: string) => {
    const next = new Set(ticked);
    if (!next.delete(id)) next.add(id);
    setTicked(next);
  };
  const columns = itemColumns({
    show,
    uses: uses.data,
    usesFailed: uses.isError,
    ticked,
    onTick: tick,
    mayDecide,
    busy: decide.isPending,
    viewerId: viewer.user.id,
    showReviewer: whose === 'all',
    onCertify: (item) => certify([item]),
    onRevoke: (item) => revoke([item]),
    onReopen: (item) => decide.mutate({ ids: [item.id], decision: null }),
  });
  return (
    <>
      <Filters {...{ review, show, whose, text, items: ofThese, change }} />
      {decide.error && !asking ? <FormError error={decide.error} /> : null}
      {chosen.length > 0 ? (
        <div
          role="toolbar"
          aria-label="Decide about the selected"
          className="bg-selected border-line sticky top-12 z-20 flex flex-wrap items-center gap-2 rounded-lg border px-3 py-2 text-sm"
        >
          <span className="mr-2 font-medium">{chosen.length} selected</span>
          <Button look="primary" busy={decide.isPending} onClick={() => certify(chosen)}>
            Certify {chosen.length}
          </Button>
          <Button onClick={() => setAsking({ items: chosen, decision: 'CERTIFIED' })}>
            Certify with a note…
          </Button>
          <Button look="quiet-danger" onClick={() => revoke(chosen)}>
            Revoke {chosen.length}…
          </Button>
          <Button look="ghost" onClick={() => setTicked(new Set())}>
            Clear
          </Button>
        </div>
      ) : null}
      {rows?.length === 0 ? (
        <Well>
          <Nothing show={show} whose={whose} text={text} review={review} />
        </Well>
      ) : (
        <div ref={focused}>
          <DataTable
            label={show === 'waiting' ? 'Waiting for a decision' : 'Decided'}
            columns={columns}
            rows={rows}
            rowId={({ id }) => id}
            footer={
              rows ? (
                <Footer
                  rows={rows}
                  canTick={show === 'waiting' && rows.some(mayDecide)}
                  onTickAll={() => setTicked(new Set(rows.filter(mayDecide).map(({ id }) => id)))}
                />
              ) : undefined
            }
          />
        </div>
      )}
      {asking ? (
        <DecideDialog
          {...asking}
          busy={decide.isPending}
          error={decide.error}
          onClose={() => {
            decide.reset();
            setAsking(null);
          }}
          onDecide={(note) => {
            if (asking.decision === 'CERTIFIED') {
              certify(asking.items, note);
              setAsking(null);
              return;
            }
            decide.mutate(
              { ids: asking.items.map(({ id }) => id), decision: 'REVOKED', note },
              {
                onSuccess: (changed) => {
                  setTicked(new Set());
                  setAsking(null);
                  const left = changed.filter(({ outcome }) => outcome?.startsWith('still')).length;
                  notify(
                    left === 0
                      ? `${count(changed.length, 'access', 'accesses')} removed`
                      : `${left} of ${changed.length} still have access through a group or a rule for everything: see Decided`,
                  );
                },
              },
            );
          }}
        />
      ) : null}
    </>
  );
}

interface FilterProps extends Shown {
  review: Review;
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
