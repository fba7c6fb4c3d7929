'use client';
import { useId, useState } from 'react';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { inputClass } from '../../ui/field';
import { FormError } from '../../ui/states';
import { Ago } from '../../ui/time';
import { commentOnRolePlanDocument } from './roles.queries';
import { type Plan, useRolesMutation } from './use-roles';

export function PlanComments({ plan }: { plan: Plan }) {
  const [body, setBody] = useState('');
  const id = useId();
  const comment = useRolesMutation(
    (_: undefined, orgId) => request(commentOnRolePlanDocument, { orgId, id: plan.id, body }),
    () => setBody(''),
  );
  return (
    <section aria-labelledby={`${id}-title`} className="border-line bg-surface rounded-lg border p-4">
      <h2 id={`${id}-title`} className="text-sm font-medium">
        Comments
      </h2>
      {plan.comments.length === 0 ? (
        <p className="text-ink-3 mt-1 text-sm">Nobody has said anything yet.</p>
      ) : (
        <ol className="mt-2 flex flex-col gap-3">
          {plan.comments.map((each) => (
            <li key={each.id} className="text-sm">
              <p className="text-ink-3 text-xs">
                {each.authorLabel}, <Ago at={each.createdAt} />
              </p>
              <p className="break-words whitespace-pre-line">{each.body}</p>
            </li>
          ))}
        </ol>
      )}
      <form
        className="mt-3 flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (body.trim() !== '') comment.mutate(undefined);
        }}
      >
        <label htmlFor={id} className="sr-only">
          Comment
        </label>
        <textarea
          id={id}
          rows={3}
          maxLength={10_000}
          value={body}
          placeholder="Ask or explain something"
          onChange={(event) => setBody(event.target.value)}
          className={`${inputClass} h-auto py-1.5`}
        />
        {comment.error ? <FormError error={comment.error} /> : null}
        <Button type="submit" className="self-end" busy={comment.isPending} disabled={body.trim() === ''}>
          Comment
        </Button>
      </form>
    </section>
  );
}
