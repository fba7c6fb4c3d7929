'use client';
import { useState } from 'react';
import { count } from '../../ui/format';
import { notify } from '../../ui/toast';
import { useUrlState } from '../../ui/use-url-state';
import { useOrg } from '../shell/org-context';
import { type Item, type Review, useDecide } from './use-reviews';

/** Which of the items are shown. */
export interface Shown {
  show: 'waiting' | 'decided';
  whose: 'mine' | 'all';
  text: string;
}

/** Items that somebody is asked about before they are decided. */
export interface Asking {
  items: Item[];
  decision: 'CERTIFIED' | 'REVOKED';
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

/** What is shown of a review's items, and which of them are selected. */
export function useQueue(review: Review, items: readonly Item[] | undefined) {
  const { viewer, canManage } = useOrg();
  const [shown, change] = useShown(review);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const isMine = (item: Item) => item.reviewerId === viewer.user.id;
  const mayDecide = (item: Item): boolean =>
    !review.closedAt && (isMine(item) || canManage) && item.userId !== viewer.user.id;
  const ofThese = items?.filter((item) => shown.whose === 'all' || isMine(item));
  const rows = ofThese?.filter(
    (item) => (item.decision != null) === (shown.show === 'decided') && has(item, shown.text),
  );
  const chosen = (rows ?? []).filter((item) => ticked.has(item.id) && mayDecide(item));
  const tick = (id: string) => {
    const next = new Set(ticked);
    if (!next.delete(id)) next.add(id);
    setTicked(next);
  };
  const tickAll = () => setTicked(new Set((rows ?? []).filter(mayDecide).map(({ id }) => id)));
  const clear = () => setTicked(new Set());
  return { shown, change, ofThese, rows, chosen, ticked, tick, tickAll, clear, mayDecide };
}

const idsOf = (items: readonly Item[]): string[] => items.map(({ id }) => id);

/** Deciding, with what is said afterwards and the way back. */
export function useDecisions(review: Review, clear: () => void) {
  const decide = useDecide(review.id);
  const [asking, setAsking] = useState<Asking | null>(null);
  const reopen = (items: readonly Item[]) => decide.mutate({ ids: idsOf(items), decision: null });
  const certify = (items: readonly Item[], note = '') => {
    clear();
    setAsking(null);
    const said = items.length === 1 ? `${items[0]?.userName} certified` : `${items.length} certified`;
    decide.mutate(
      { ids: idsOf(items), decision: 'CERTIFIED', note },
      { onSuccess: () => notify(said, () => reopen(items)) },
    );
  };
  const revoke = (items: readonly Item[], note: string) =>
    decide.mutate(
      { ids: idsOf(items), decision: 'REVOKED', note },
      {
        onSuccess: (changed) => {
          clear();
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
  const stopAsking = () => {
    decide.reset();
    setAsking(null);
  };
  return {
    ...{ asking, setAsking, stopAsking, certify, revoke, reopen },
    ...{ busy: decide.isPending, error: decide.error },
  };
}
