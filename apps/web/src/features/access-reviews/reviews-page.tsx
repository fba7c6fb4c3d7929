'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { type Column, DataTable } from '../../ui/data-table';
import { count } from '../../ui/format';
import { Icon } from '../../ui/icons';
import { Page, Well } from '../../ui/page';
import { EmptyState, ErrorState } from '../../ui/states';
import { useOrg } from '../shell/org-context';
import { ReviewDialog } from './review-dialog';
import { ReviewProgress, ReviewState } from './review-progress';
import { type Review, useReviews } from './use-reviews';

const COLUMNS: Column<Review>[] = [
  {
    key: 'name',
    header: 'Review',
    className: 'min-w-44',
    cell: ({ name, connection }) => (
      <span className="flex flex-col leading-tight">
        <span className="font-medium">{name}</span>
        <span className="text-ink-3 text-xs">{connection ?? 'all connections'}</span>
      </span>
    ),
  },
  {
    key: 'waiting',
    header: 'Waiting for you',
    className: 'tabular-nums',
    cell: ({ waitingForMe }) =>
      waitingForMe > 0 ? (
        <span className="font-medium">{waitingForMe}</span>
      ) : (
        <span className="text-ink-3">0</span>
      ),
  },
  { key: 'progress', header: 'Progress', cell: (review) => <ReviewProgress review={review} /> },
  { key: 'state', header: 'State', cell: (review) => <ReviewState review={review} /> },
  {
    key: 'by',
    header: 'Started by',
    className: 'hidden text-ink-2 md:table-cell',
    cell: ({ createdBy }) => createdBy,
  },
];

export function ReviewsPage() {
  const { slug, canManage } = useOrg();
  const router = useRouter();
  const reviews = useReviews();
  const [creating, setCreating] = useState(false);
  const create = canManage ? (
    <Button look="primary" data-create onClick={() => setCreating(true)}>
      <Icon name="plus" className="size-3.5" /> New review
    </Button>
  ) : null;
  const open = (id: string) => router.push(`/${slug}/access-reviews/${id}`);
  return (
    <Page
      title="Access reviews"
      lead="People confirm that others still need the access they have, or take it away. What they decide is the evidence auditors ask for."
      actions={reviews.data?.length ? create : null}
    >
      {reviews.error && !reviews.data ? (
        <Well>
          <ErrorState error={reviews.error} onRetry={() => reviews.refetch()} />
        </Well>
      ) : reviews.data?.length === 0 ? (
        <Well>
          <EmptyState
            icon="check"
            title={canManage ? 'No access review yet' : 'Nothing to review'}
            action={create}
          >
            {canManage
              ? 'A review takes everybody’s access as it is at that moment, deals it out to the reviewers you name, and keeps what they decide. Most companies do one a quarter.'
              : 'When an administrator asks you to review somebody’s access, it appears here.'}
          </EmptyState>
        </Well>
      ) : (
        <DataTable
          label="Access reviews"
          columns={COLUMNS}
          rows={reviews.data}
          rowId={({ id }) => id}
          onOpen={({ id }) => open(id)}
          footer={reviews.data ? count(reviews.data.length, 'review') : undefined}
        />
      )}
      {creating ? <ReviewDialog onClose={() => setCreating(false)} onCreated={open} /> : null}
    </Page>
  );
}
