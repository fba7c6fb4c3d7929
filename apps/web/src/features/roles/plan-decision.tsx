'use client';
import { useState } from 'react';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { count } from '../../ui/format';
import { FormError, Note } from '../../ui/states';
import { useOrg } from '../shell/org-context';
import { approveRolePlanDocument, cancelRolePlanDocument, rejectRolePlanDocument } from './roles.queries';
import { type Plan, useRolesMutation } from './use-roles';

const REJECTABLE = new Set(['DRAFT', 'PLANNING', 'PENDING', 'APPROVED']);

/** Approve exactly what is shown, or reject with a reason. */
export function PlanDecision({ plan }: { plan: Plan }) {
  const { canManage } = useOrg();
  const [asking, setAsking] = useState<'approve' | 'reject' | 'cancel' | null>(null);
  if (!canManage) return null;
  return (
    <div className="flex gap-2">
      {REJECTABLE.has(plan.state) ? (
        <Button look="quiet-danger" onClick={() => setAsking('reject')}>
          Reject
        </Button>
      ) : null}
      {plan.state === 'PENDING' ? (
        <Button look="primary" onClick={() => setAsking('approve')}>
          Approve and apply
        </Button>
      ) : null}
      {plan.state === 'APPLYING' && !plan.cancelAskedAt ? (
        <Button look="quiet-danger" onClick={() => setAsking('cancel')}>
          Cancel apply
        </Button>
      ) : null}
      {asking === 'approve' ? <Approve plan={plan} onClose={() => setAsking(null)} /> : null}
      {asking === 'reject' ? <Stop plan={plan} words={REJECT} onClose={() => setAsking(null)} /> : null}
      {asking === 'cancel' ? <Stop plan={plan} words={CANCEL} onClose={() => setAsking(null)} /> : null}
    </div>
  );
}

function Approve({ plan, onClose }: { plan: Plan; onClose: () => void }) {
  const { id, effectsDigest, systemIdentifier, manifestVersion } = plan;
  // What was on the screen when the dialog opened is what is approved, whatever comes meanwhile.
  const [looked] = useState({
    effectsDigest: effectsDigest ?? '',
    systemIdentifier: systemIdentifier ?? '',
    manifestVersion,
  });
  const approve = useRolesMutation(
    (_: undefined, orgId) => request(approveRolePlanDocument, { orgId, id, ...looked }),
    onClose,
  );
  const changes = count(plan.changeCount ?? 0, 'change');
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Apply ${changes}?`}
      description="An agent applies exactly what you looked at, in one transaction. If it finds anything else by then, it changes nothing."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look={plan.destructiveCount ? 'danger' : 'primary'}
            busy={approve.isPending}
            onClick={() => approve.mutate(undefined)}
          >
            Approve and apply
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {plan.destructiveCount ? (
          <Note tone="warn" title={`${plan.destructiveCount} of them take something away`}>
            {plan.content?.loses.length
              ? `Less afterwards: ${plan.content.loses.slice(0, 10).join(', ')}.`
              : null}
          </Note>
        ) : null}
        {approve.error ? <FormError error={approve.error} /> : null}
      </div>
    </Dialog>
  );
}

interface StopWords {
  ask: (variables: { orgId: string; id: string; reason: string }) => Promise<unknown>;
  title: string;
  description: string;
  back: string;
  go: string;
  hint: string;
}
const REJECT: StopWords = {
  ask: (variables) => request(rejectRolePlanDocument, variables),
  title: 'Reject this plan',
  description: 'Nothing is changed. A new plan can be made at any time.',
  back: 'Cancel',
  go: 'Reject plan',
  hint: 'Whoever wrote the manifest reads it.',
};
const CANCEL: StopWords = {
  ask: (variables) => request(cancelRolePlanDocument, variables),
  title: 'Cancel this apply',
  description:
    'The agent rolls back, so that nothing is changed. If it has committed by the time it hears of this, the plan counts as applied.',
  back: 'Let it go on',
  go: 'Cancel apply',
  hint: 'Stands with the plan and in the audit trail.',
};

/** What takes a reason: a plan is not to be applied, or not to be applied to its end. */
function Stop({ plan, words, onClose }: { plan: Plan; words: StopWords; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const stop = useRolesMutation((_: undefined, orgId) => words.ask({ orgId, id: plan.id, reason }), onClose);
  return (
    <FormDialog
      sticky={reason !== ''}
      onClose={onClose}
      title={words.title}
      description={words.description}
      submit={words.go}
      back={words.back}
      look="danger"
      disabled={reason.trim() === ''}
      busy={stop.isPending}
      error={stop.error}
      onSubmit={() => stop.mutate(undefined)}
    >
      <TextField
        label="Why"
        required
        maxLength={2_000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        hint={words.hint}
      />
    </FormDialog>
  );
}
