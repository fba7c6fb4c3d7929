'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { count } from '../../ui/format';
import { FormError } from '../../ui/states';
import { notify } from '../../ui/toast';
import { useRequestReport } from '../reports/use-reports';
import { useOrg } from '../shell/org-context';
import { closeAccessReviewDocument, remindReviewersDocument } from './reviews.queries';
import { type Review, reviewsKey } from './use-reviews';

/** What its owners do with a review. */
export function ReviewActions({ review }: { review: Review }) {
  const { orgId, slug } = useOrg();
  const router = useRouter();
  const queries = useQueryClient();
  const [closing, setClosing] = useState(false);
  const refresh = () => queries.invalidateQueries({ queryKey: reviewsKey(orgId) });
  const undecided = review.total - review.certified - review.revoked;
  const remind = useMutation({
    mutationFn: () => request(remindReviewersDocument, { orgId, id: review.id }),
    onSuccess: async () => {
      notify('Reviewers reminded');
      await refresh();
    },
  });
  const close = useMutation({
    mutationFn: () => request(closeAccessReviewDocument, { orgId, id: review.id }),
    onSuccess: async () => {
      setClosing(false);
      notify('Review closed');
      await refresh();
    },
  });
  const evidence = useRequestReport(orgId, (id) => router.push(`/${slug}/reports?report=${id}`));
  const error = remind.error ?? evidence.error;
  return (
    <>
      {review.closedAt || undecided === 0 ? null : (
        <Button busy={remind.isPending} onClick={() => remind.mutate()}>
          Remind
        </Button>
      )}
      <Button
        busy={evidence.isPending}
        onClick={() => evidence.mutate({ kind: 'ACCESS_REVIEW', parameters: { review: review.id } })}
      >
        Make evidence
      </Button>
      {review.closedAt ? null : <Button onClick={() => setClosing(true)}>Close review</Button>}
      {error ? (
        <div className="w-full">
          <FormError error={error} />
        </div>
      ) : null}
      <Confirm
        open={closing}
        onClose={() => setClosing(false)}
        title={`Close ${review.name}?`}
        confirm="Close review"
        onConfirm={() => close.mutate()}
        busy={close.isPending}
        error={close.error}
      >
        <p>
          {undecided === 0
            ? 'Everything is decided. After this nothing in it can be changed.'
            : `${count(undecided, 'item')} ${undecided === 1 ? 'is' : 'are'} not decided. They stay so, the evidence says it, and nobody can decide any more. Their access stays as it is.`}
        </p>
      </Confirm>
    </>
  );
}
