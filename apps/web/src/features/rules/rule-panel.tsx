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
  /** What a new one begins with. */
  proposed?: Draft;
  onClose: () => void;
  onSaved?: () => void;
  onDelete?: () => void;
  /** Loads the rule as it is now, after somebody else changed it. */
  onReload?: () => void;
}

/** The preview of what the form says now; not settled while the form is ahead of it. */
function usePreview(draft: Draft, rule: Rule | null, changed: boolean) {
  const { orgId } = useOrg();
  const change = changed ? previewOf(draft, rule) : null;
  const now = JSON.stringify(change);
  const asked = useDebounced(now, 250);
  const query = useRulePreview(orgId, change === null ? null : JSON.parse(asked));
  const settled = asked === now && !query.isFetching;
  return {
    preview: change ? query.data : undefined,
    busy: change !== null && !settled,
    error: change && settled && query.error ? asApiError(query.error) : null,
    ready: change !== null && settled && query.isSuccess,
    retry: () => query.refetch(),
  };
}

export function RulePanel({ opened, proposed, onClose, onSaved, onDelete, onReload }: Props) {
  const [rule] = useState(opened);
  const { canManage } = useOrg();
  const [start] = useState<Draft>(rule ? draftOf(rule) : EMPTY_DRAFT);
  const [draft, setDraft] = useState(proposed ?? start);
  const changed = !sameDraft(draft, start);
  const preview = usePreview(draft, rule, changed);
  const save = useSaveRule(rule, () => {
    onSaved?.();
    onClose();
  });
  const saveError = save.error ? asApiError(save.error) : null;
  const error = saveError ?? preview.error;
  const lacking = missing(draft);
  const absent =
    rule && !changed ? 'nothing yet' : error ? 'correct the rule to see' : 'complete the rule to see';
  return (
    <Panel
      open
      sticky={changed}
      wide={canManage ? 'two' : false}
      onClose={onClose}
      title={rule ? (canManage ? 'Edit rule' : 'Rule') : 'New rule'}
      description="Whoever is a member gets these permissions on the connection. Nobody has anything that no rule gives."
      footer={
        canManage ? (
          <>
            {rule ? (
              <Button look="quiet-danger" className="mr-auto -ml-2" onClick={onDelete}>
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
      <div className={canManage ? 'grid gap-5 lg:grid-cols-[minmax(0,1fr)_21rem] lg:gap-7' : undefined}>
        <RuleForm
          draft={draft}
          error={error}
          onChange={(next) => {
            save.reset();
            setDraft(next);
          }}
        />
        <div className="flex min-w-0 flex-col gap-4 lg:sticky lg:top-0 lg:self-start">
          {canManage ? <AccessPreview preview={preview.preview} busy={preview.busy} absent={absent} /> : null}
          <Problem error={error} onReload={onReload} onRetry={saveError ? undefined : preview.retry} />
        </div>
      </div>
    </Panel>
  );
}

interface FormProps {
  draft: Draft;
  error: ApiError | null;
  onChange: (draft: Draft) => void;
}

function RuleForm({ draft, error, onChange }: FormProps) {
  const { orgId, canManage } = useOrg();
  const names = useNames(orgId);
  const edit = (part: Partial<Draft>) => onChange({ ...draft, ...part });
  return (
    // Auditors read a rule; a disabled fieldset leaves nothing to press.
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
  );
}

const FIELDS = ['connection', 'permissions', 'members', 'description'];

interface ProblemProps {
  error: ApiError | null;
  onReload: (() => void) | undefined;
  onRetry: (() => void) | undefined;
}

/** What went wrong and belongs to no field of the form. */
function Problem({ error, onReload, onRetry }: ProblemProps) {
  if (!error || FIELDS.some((field) => fieldError(error, field))) return null;
  if (error.code === 'rule.stale') {
    return (
      <Note
        tone="warn"
        title="Somebody changed this rule while you edited it."
        action={<Button onClick={onReload}>Load the current rule</Button>}
      >
        Your version is not saved, so that theirs is not lost.
      </Note>
    );
  }
  return <FormError error={error} action={onRetry ? <Button onClick={onRetry}>Try again</Button> : null} />;
}
