/**
 * The seven permissions of `spec/iam-rules.txt`, "Permission Levels". They are disjoint: none implies another.
 * The order is the order of the bits in a {@link PermissionMask} and the order in which people see them.
 */
export const PERMISSIONS = ['read', 'write', 'ddl', 'admin', 'explain', 'execute', 'export'] as const;

/** One of {@link PERMISSIONS}. */
export type Permission = (typeof PERMISSIONS)[number];

/** A set of permissions as a 7-bit number; 0 is "nothing". */
export type PermissionMask = number;

/** The bit of each permission. */
export const PERMISSION_BIT: Readonly<Record<Permission, PermissionMask>> = {
  read: 1,
  write: 2,
  ddl: 4,
  admin: 8,
  explain: 16,
  execute: 32,
  export: 64,
};

/** All seven permissions: what `permissions = ["*"]` means. */
export const ALL_PERMISSIONS: PermissionMask = 127;

/**
 * Permissions that need a session which may change something. A session that holds none of them runs with
 * `default_transaction_read_only=on` (ARCHITECTURE.md, wall 2).
 */
export const WRITING_PERMISSIONS: PermissionMask =
  PERMISSION_BIT.write | PERMISSION_BIT.ddl | PERMISSION_BIT.admin | PERMISSION_BIT.execute;

/** True when `value` names a permission; `*` is not one. */
export function isPermission(value: string): value is Permission {
  return Object.hasOwn(PERMISSION_BIT, value);
}

/** The mask of a list of permission names. */
export function maskOf(permissions: Iterable<Permission>): PermissionMask {
  let mask = 0;
  for (const permission of permissions) mask |= PERMISSION_BIT[permission];
  return mask;
}

/** The names in a mask, in the order of {@link PERMISSIONS}. */
export function permissionsOf(mask: PermissionMask): Permission[] {
  return PERMISSIONS.filter((permission) => (mask & PERMISSION_BIT[permission]) !== 0);
}
