import { isPermission, PERMISSIONS } from '@postern/core/policy';
import { PERMISSION_WORDS } from '../shell/words';
import { Icon } from '../ui/icon';

interface BadgeProps {
  readonly permission: string;
  /** Needed, and not held. */
  readonly missing?: boolean;
}

export function PermissionBadge({ permission, missing = false }: BadgeProps) {
  return (
    <span
      data-tone={permission}
      title={isPermission(permission) ? PERMISSION_WORDS[permission] : undefined}
      className={`tone inline-flex items-center gap-1 rounded border px-1.5 py-px font-medium text-[11px] leading-4 ${missing ? 'border-dashed' : ''}`}
    >
      {missing && <Icon name="lock" className="!size-3" />}
      {permission}
    </span>
  );
}

interface BadgesProps {
  readonly permissions: readonly string[];
  readonly missing?: boolean;
  /** What to say when there is none. */
  readonly none?: string;
}

/** One badge a permission, always in the same order. */
export function PermissionBadges({ permissions, missing = false, none = 'nothing' }: BadgesProps) {
  if (permissions.length === 0) return <span className="text-faint">{none}</span>;
  const ordered = PERMISSIONS.filter((permission) => permissions.includes(permission));
  return (
    <span className="inline-flex flex-wrap items-center gap-1">
      {ordered.map((permission) => (
        <PermissionBadge key={permission} permission={permission} missing={missing} />
      ))}
    </span>
  );
}
