'use client';
import { useState } from 'react';
import type { RoleSettingsInput } from '../../gql/graphql';
import { asApiError, fieldError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { SelectField } from '../../ui/field';
import { FormError } from '../../ui/states';
import { notify } from '../../ui/toast';
import { useGroups } from '../groups/use-groups';
import { useOrg } from '../shell/org-context';
import { updateRoleSettingsDocument } from './roles.queries';
import { MODES } from './states';
import type { TabProps } from './tabs';
import { type Roles, useRolesMutation } from './use-roles';

const LOOKS = [
  [null, 'never by itself'],
  [300, 'every 5 minutes'],
  [900, 'every 15 minutes'],
  [3_600, 'every hour'],
  [21_600, 'every 6 hours'],
  [86_400, 'every day'],
] as const;
const LIFETIMES = [
  [3_600, '1 hour'],
  [28_800, '8 hours'],
  [86_400, '1 day'],
  [604_800, '7 days'],
] as const;

/** A number that is none of the choices, set through the api, stays choosable. */
function withCurrent<T extends number | null>(
  choices: readonly (readonly [T, string])[],
  current: T,
): readonly (readonly [T, string])[] {
  return choices.some(([value]) => value === current)
    ? choices
    : [...choices, [current, `${current} seconds`]];
}

export function SettingsTab({ connection, roles }: TabProps) {
  const { orgId, canManage } = useOrg();
  const groups = useGroups(orgId);
  const [draft, setDraft] = useState<Roles['settings']>(roles.settings);
  const edit = (part: Partial<Roles['settings']>) => setDraft({ ...draft, ...part });
  const isChanged = JSON.stringify(draft) !== JSON.stringify(roles.settings);
  const save = useRolesMutation(
    (input: RoleSettingsInput, org) =>
      request(updateRoleSettingsDocument, { orgId: org, connectionId: connection.id, input }),
    () => notify('Settings saved'),
  );
  const error = save.error ? asApiError(save.error) : null;
  return (
    <form
      className="border-line bg-surface flex max-w-2xl flex-col gap-5 rounded-lg border p-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ ...draft });
      }}
    >
      <SelectField
        label="How far plans go"
        disabled={!canManage}
        value={draft.mode}
        onChange={(event) => edit({ mode: event.target.value as Roles['settings']['mode'] })}
        hint={MODES.find(({ value }) => value === draft.mode)?.hint}
        error={fieldError(error, 'mode')}
      >
        {MODES.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </SelectField>
      <label className="flex items-start gap-2 text-sm">
        <input
          type="checkbox"
          className="mt-0.5"
          disabled={!canManage}
          checked={draft.fourEyes}
          onChange={(event) => edit({ fourEyes: event.target.checked })}
        />
        <span>
          Four eyes
          <span className="text-ink-3 block text-xs">Whoever wrote a manifest may not approve its plan.</span>
        </span>
      </label>
      <SelectField
        label="Who may approve"
        disabled={!canManage}
        value={draft.approverGroupId ?? ''}
        onChange={(event) => edit({ approverGroupId: event.target.value || null })}
        hint="Members of the group must be owners or admins as well."
        error={fieldError(error, 'approverGroupId')}
      >
        <option value="">every owner and admin</option>
        {groups.data?.map(({ id, name }) => (
          <option key={id} value={id}>
            only members of {name}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Look for drift"
        disabled={!canManage}
        value={String(draft.driftEveryS)}
        onChange={(event) =>
          edit({ driftEveryS: event.target.value === 'null' ? null : Number(event.target.value) })
        }
        hint="A tenth earlier or later, so that not all databases are looked at together."
        error={fieldError(error, 'driftEveryS')}
      >
        {withCurrent<number | null>(LOOKS, draft.driftEveryS ?? null).map(([value, label]) => (
          <option key={label} value={String(value)}>
            {label}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="A plan waits at most"
        disabled={!canManage}
        value={String(draft.planLifetimeS)}
        onChange={(event) => edit({ planLifetimeS: Number(event.target.value) })}
        hint="For its approval, and an approval for its agent. Then it expires."
        error={fieldError(error, 'planLifetimeS')}
      >
        {withCurrent<number>(LIFETIMES, draft.planLifetimeS).map(([value, label]) => (
          <option key={label} value={String(value)}>
            {label}
          </option>
        ))}
      </SelectField>
      {error && !error.field ? <FormError error={error} /> : null}
      {canManage ? (
        <div className="flex justify-end">
          <Button look="primary" type="submit" busy={save.isPending} disabled={!isChanged}>
            Save settings
          </Button>
        </div>
      ) : null}
    </form>
  );
}
