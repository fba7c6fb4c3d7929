'use client';
import { useState } from 'react';
import type { ApiError } from '../../graphql/api-error';
import { asApiError, fieldError } from '../../graphql/api-error';
import { Button } from '../../ui/button';
import { Panel } from '../../ui/dialog';
import { Field, inputClass } from '../../ui/field';
import { listed } from '../../ui/format';
import { FormError, Note } from '../../ui/states';
import { useDebounced } from '../../ui/use-debounced';
import { useOrg } from '../shell/org-context';
import { AccessPreview } from './access-preview';
import { type Draft, draftOf, EMPTY_DRAFT, missing, previewOf, sameDraft } from './draft';
import { ConnectionField, MembersField, PermissionsField } from './rule-fields';
import { useNames } from './use-names';
import { type Rule, useRulePreview } from './use-rules';
import { useSaveRule } from './use-save-rule';

interface Props {
  /** The rule as it was when the panel opened; null: a new one. */
  opened: Rule | null;
  onClose: () => void;
  onDelete: () => void;
  /** Loads the rule as it is now, after somebody else changed it. */
  onReload: () => void;
}

/** The preview of what the form says now; not settled while the form is ahead of it. */
function usePreview(draft: Draft, rule: Rule | null) {
  const { orgId } = useOrg();
  const change = previewOf(draft, rule);
  const asked = useDebounced(JSON.stringify(change), 250);
  const query = useRulePreview(orgId, change && asked !== 'null' ? JSON.parse(asked) : null);
  const settled = asked === JSON.stringify(change) && !query.isFetching;
  return {
    preview: change ? query.data : undefined,
    busy: change !== null && !settled,
    error: settled && query.error ? asApiError(query.error) : null,
    ready: change !== null && settled && query.data !== undefined,
    retry: () => query.refetch(),
  };
}

const FIELDS = ['connection', 'permissions', 'members', 'description'];
const belongsToField = (error: ApiError): boolean => FIELDS.some((field) => fieldError(error, field));

export function RulePanel({ opened, onClose, onDelete, onReload }: Props) {
  const [rule] = useState(opened);
  const { orgId, canManage } = useOrg();
  const names = useNames(orgId);
  const [draft, setDraft] = useState<Draft>(rule ? draftOf(rule) : EMPTY_DRAFT);
  const preview = usePreview(draft, rule);
  const save = useSaveRule(rule, onClose);
  const changed = !sameDraft(draft, rule ? draftOf(rule) : EMPTY_DRAFT);
  const saveError = save.error ? asApiError(save.error) : null;
  const error = saveError ?? preview.error;
  const edit = (part: Partial<Draft>) => {
    save.reset();
    setDraft({ ...draft, ...part });
  };
  const lacking = missing(draft);

  return (
    <Panel
      open
      sticky={changed}
      onClose={onClose}
      title={rule ? (canManage ? 'Edit rule' : 'Rule') : 'New rule'}
      description="Whoever is a member gets these permissions on the connection. Nobody has anything that no rule gives."
      footer={
        canManage ? (
          <>
            {rule ? (
              <Button look="ghost" className="text-bad mr-auto" onClick={onDelete}>
                Delete rule
              </Button>
            ) : null}
            <Button onClick={onClose}>Cancel</Button>
            <Button
              look="primary"
              busy={save.isPending}
              disabled={!changed || !preview.ready}
              title={lacking.length > 0 ? `still needs ${listed(lacking)}` : undefined}
              onClick={() => save.mutate(draft)}
            >
              Save rule
            </Button>
          </>
        ) : null
      }
    >
      <div className="flex flex-col gap-5">
        {/* Auditors read a rule; a disabled fieldset leaves nothing to press. */}
        <fieldset disabled={!canManage} className="flex min-w-0 flex-col gap-5">
          <ConnectionField
            value={draft.connection}
            onChange={(connection) => edit({ connection })}
            error={fieldError(error, 'connection')}
          />
          <PermissionsField
            value={draft.permissions}
            onChange={(permissions) => edit({ permissions })}
            error={fieldError(error, 'permissions')}
          />
          <MembersField
            value={draft.members}
            onChange={(members) => edit({ members })}
            error={fieldError(error, 'members')}
            names={names}
          />
          <Field label="Description" optional error={fieldError(error, 'description')}>
            {(props) => (
              <textarea
                {...props}
                rows={2}
                maxLength={500}
                placeholder="Why this rule exists"
                value={draft.description}
                onChange={(event) => edit({ description: event.target.value })}
                className={`${inputClass} h-auto py-1.5`}
              />
            )}
          </Field>
        </fieldset>
        {canManage && (changed || !rule) ? (
          <AccessPreview preview={preview.preview} busy={preview.busy} />
        ) : null}
        {error?.code === 'rule.stale' ? (
          <Note
            tone="warn"
            title="Somebody changed this rule while you edited it."
            action={<Button onClick={onReload}>Load the current rule</Button>}
          >
            Your version is not saved, so that theirs is not lost.
          </Note>
        ) : error && !belongsToField(error) ? (
          <FormError
            error={error}
            action={saveError ? null : <Button onClick={preview.retry}>Try again</Button>}
          />
        ) : null}
      </div>
    </Panel>
  );
}
