import { PERMISSION_WHAT, PERMISSIONS, type Permission } from '../policy/permissions';
import { cx } from './cx';

/** Written out, because Tailwind finds classes by reading the source. */
const COLOURS: Record<Permission, string> = {
  read: 'text-read bg-read/10 border-read/25',
  write: 'text-write bg-write/10 border-write/25',
  ddl: 'text-ddl bg-ddl/10 border-ddl/25',
  admin: 'text-admin bg-admin/10 border-admin/25',
  explain: 'text-explain bg-explain/10 border-explain/25',
  execute: 'text-execute bg-execute/10 border-execute/25',
  export: 'text-export bg-export/10 border-export/25',
};

const isPermission = (value: string): value is Permission => Object.hasOwn(COLOURS, value);

export function permissionColour(permission: string): string {
  return isPermission(permission) ? COLOURS[permission] : 'text-ink-2 bg-hover border-line';
}

export function PermissionBadge({ permission, sign }: { permission: string; sign?: '+' | '−' }) {
  const title = isPermission(permission) ? PERMISSION_WHAT[permission] : 'all seven permissions';
  return (
    <span
      title={title}
      className={cx(
        'inline-flex h-5 items-center rounded border px-1.5 text-xs leading-none font-medium',
        permissionColour(permission),
      )}
    >
      {sign ? (
        <span className="mr-1">
          <span className="sr-only">{sign === '+' ? 'gains ' : 'loses '}</span>
          <span aria-hidden="true">{sign}</span>
        </span>
      ) : null}
      <span className={sign === '−' ? 'line-through' : undefined}>
        {permission === '*' ? 'all' : permission}
      </span>
    </span>
  );
}

/** Badges in the one order that people see everywhere; `*` is "all". */
export function PermissionBadges({
  permissions,
  sign,
  none = 'none',
}: {
  permissions: readonly string[];
  sign?: '+' | '−';
  none?: string;
}) {
  if (permissions.length === 0) return <span className="text-ink-3 text-sm">{none}</span>;
  const ordered = permissions.includes('*') ? ['*'] : PERMISSIONS.filter((p) => permissions.includes(p));
  return (
    <span className="inline-flex flex-wrap gap-1 align-middle">
      {ordered.map((permission) => (
        <PermissionBadge key={permission} permission={permission} sign={sign} />
      ))}
    </span>
  );
}
