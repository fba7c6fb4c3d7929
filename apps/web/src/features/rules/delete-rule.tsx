'use client';
import { Confirm } from '../../ui/confirm';
import { useOrg } from '../shell/org-context';
import { AccessPreview } from './access-preview';
import { type Rule, useRulePreview } from './use-rules';
import { useDeleteRule } from './use-save-rule';

/** Deleting a rule takes access away: says from whom before it does. */
export function DeleteRule({
  rule,
  onClose,
  onDeleted,
}: {
  rule: Rule;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const { orgId } = useOrg();
  const preview = useRulePreview(orgId, { ruleId: rule.id });
  const remove = useDeleteRule(onDeleted);
  return (
    <Confirm
      open
      onClose={onClose}
      title="Delete this rule?"
      confirm="Delete rule"
      onConfirm={() => remove.mutate(rule)}
      busy={remove.isPending}
      error={remove.error ?? preview.error}
    >
      <p>The permissions that only this rule gives end as soon as the agents enforce the new policy.</p>
      <AccessPreview preview={preview.data} busy={preview.isFetching} />
    </Confirm>
  );
}
