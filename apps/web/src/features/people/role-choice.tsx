import type { OrgRole } from '../../gql/graphql';
import { cx } from '../../ui/cx';
import { ROLE_LABEL, ROLE_WHAT } from '../session/use-viewer';

const ROLES: readonly OrgRole[] = ['MEMBER', 'AUDITOR', 'ADMIN', 'OWNER'];

/** The four roles with what each means. Only owners make owners. */
export function RoleChoice({
  value,
  onChange,
  mayGrantOwner,
}: {
  value: OrgRole;
  onChange: (role: OrgRole) => void;
  mayGrantOwner: boolean;
}) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">Role</legend>
      {ROLES.filter((role) => role !== 'OWNER' || mayGrantOwner || value === 'OWNER').map((role) => (
        <label
          key={role}
          className={cx(
            'flex cursor-pointer items-baseline gap-2.5 rounded-md border px-3 py-2 text-sm',
            value === role ? 'border-accent bg-selected' : 'border-line hover:bg-hover',
          )}
        >
          <input
            type="radio"
            name="role"
            value={role}
            checked={value === role}
            onChange={() => onChange(role)}
            className="accent-accent-fill translate-y-0.5"
          />
          <span>
            <span className="font-medium">{ROLE_LABEL[role]}</span>
            <span className="text-ink-2 block text-xs">{ROLE_WHAT[role]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
