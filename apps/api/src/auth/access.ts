import { SetMetadata } from '@nestjs/common';
import type { OrgRole as Role } from '../tenancy/actor.js';

/** Who may call a GraphQL operation. `nobody` beyond what an operation declares: one that declares nothing stops the start. */
export type Access = { kind: 'anyone' } | { kind: 'signed-in' } | { kind: 'org'; atLeast: Role };

export const ACCESS = 'postern:access';

/** Members of the organisation `orgId` with at least this role: member < auditor < admin < owner. */
export const OrgRole = (atLeast: Role) => SetMetadata(ACCESS, { kind: 'org', atLeast } satisfies Access);

/** Whoever is signed in, in no organisation. Operations without `orgId` only. */
export const SignedIn = () => SetMetadata(ACCESS, { kind: 'signed-in' } satisfies Access);

/** Everybody, signed in or not. Operations without `orgId` only. */
export const Anyone = () => SetMetadata(ACCESS, { kind: 'anyone' } satisfies Access);
