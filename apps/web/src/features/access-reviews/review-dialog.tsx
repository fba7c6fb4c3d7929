'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asApiError, fieldError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { FieldProblem, SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { absolute, count } from '../../ui/format';
import { notify } from '../../ui/toast';
import { useConnections } from '../connections/use-connections';
import { GroupMembers, type Person } from '../groups/group-members';
import { useOrg } from '../shell/org-context';
import { createAccessReviewDocument } from './reviews.queries';
import { reviewsKey } from './use-reviews';

const DAY_MS = 86_400_000;
const FIELDS = ['name', 'dueAt', 'connection', 'reviewerIds'];

const inDays = (days: number): string =>
  absolute(new Date(Date.now() + days * DAY_MS).toISOString()).slice(0, 10);
/** The last moment of a day, this computer's zone: whoever decides on the due day is in time. */
const endOf = (day: string): string => new Date(`${day}T23:59:59`).toISOString();

/** Asks for a review: what it is about, until when, by whom. */
export function ReviewDialog({
  onClose,
  onCreated,
}: {
  onClose: () => void;
  onCreated: (id: string) => void;
}) {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const connections = useConnections(orgId);
  const [name, setName] = useState('');
  const [connection, setConnection] = useState('');
  const [due, setDue] = useState(inDays(14));
  const [reviewers, setReviewers] = useState<readonly Person[]>([]);
  const create = useMutation({
    mutationFn: async () => {
      const review = {
        name: name.trim(),
        connection: connection || null,
        dueAt: endOf(due),
        reviewerIds: reviewers.map(({ id }) => id),
      };
      return (await request(createAccessReviewDocument, { orgId, review })).createAccessReview;
    },
    onSuccess: async ({ id, total }) => {
      await queries.invalidateQueries({ queryKey: reviewsKey(orgId) });
      notify(`Review started: ${count(total, 'item')}`);
      onCreated(id);
    },
  });
  const error = create.error ? asApiError(create.error) : null;
  const reviewersError = fieldError(error, 'reviewerIds');
  return (
    <FormDialog
      sticky
      onClose={onClose}
      title="New access review"
      description="Everybody’s access as it is now is dealt out to the reviewers in turn. Nobody gets their own."
      submit="Start review"
      disabled={reviewers.length === 0 || due === ''}
      busy={create.isPending}
      error={create.error}
      fields={FIELDS}
      onSubmit={() => create.mutate()}
    >
      <TextField
        label="Name"
        required
        maxLength={100}
        placeholder="Fourth quarter 2026"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={fieldError(error, 'name')}
      />
      <SelectField
        label="About"
        value={connection}
        onChange={(event) => setConnection(event.target.value)}
        error={fieldError(error, 'connection')}
      >
        <option value="">All connections</option>
        {connections.data?.map((each) => (
          <option key={each.slug} value={each.slug}>
            {each.name}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Due"
        type="date"
        required
        min={inDays(0)}
        value={due}
        onChange={(event) => setDue(event.target.value)}
        hint="Reviewers are reminded 7 days and 1 day before, on the day, and weekly after it."
        error={fieldError(error, 'dueAt')}
      />
      <GroupMembers people={reviewers} onChange={setReviewers} one="reviewer" />
      {reviewersError ? (
        <p className="text-xs">
          <FieldProblem error={reviewersError} />
        </p>
      ) : (
        <p className="text-ink-3 text-xs">
          Any member can review. Name at least two, so that nobody would have to judge their own access.
        </p>
      )}
    </FormDialog>
  );
}
