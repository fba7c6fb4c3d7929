import type {
  DesiredDefault,
  DesiredGrant,
  DesiredMember,
  DesiredMembership,
  DesiredRetirement,
  DesiredRole,
  DesiredRowSecurity,
  DesiredSchema,
} from './desired.js';
import type { Place } from './problem.js';

/** Everything that entries become, in the order of the manifest, before anything is merged. */
export interface Entries {
  readonly roles: DesiredRole[];
  readonly externalRoles: { name: string; at: Place }[];
  readonly schemas: DesiredSchema[];
  readonly grants: DesiredGrant[];
  readonly defaults: DesiredDefault[];
  readonly memberships: (Omit<DesiredMembership, 'members' | 'exclusive'> & {
    exclusive: boolean | undefined;
    members: DesiredMember[];
  })[];
  readonly retirements: DesiredRetirement[];
  readonly rowSecurity: DesiredRowSecurity[];
}
