import type { ReportBuilder } from './build-context.js';
import { buildAccessChanges } from './kinds/access-changes.js';
import { buildAccessReview } from './kinds/access-review.js';
import { buildAuditIntegrity } from './kinds/audit-integrity.js';
import { buildCompleteness } from './kinds/completeness.js';
import { buildCoverage } from './kinds/coverage.js';
import { buildDormantAccess } from './kinds/dormant-access.js';
import { buildNativeRoles } from './kinds/native-roles.js';
import { buildPrivilegedActivity } from './kinds/privileged-activity.js';
import { buildRefusals } from './kinds/refusals.js';
import { buildWhoCanWhat } from './kinds/who-can-what.js';
import type { ReportKind } from './report-kinds.js';

/** How each report is made. */
export const BUILDERS: Record<ReportKind, ReportBuilder> = {
  who_can_what: buildWhoCanWhat,
  access_changes: buildAccessChanges,
  privileged_activity: buildPrivilegedActivity,
  refusals: buildRefusals,
  dormant_access: buildDormantAccess,
  coverage: buildCoverage,
  access_review: buildAccessReview,
  native_roles: buildNativeRoles,
  completeness: buildCompleteness,
  audit_integrity: buildAuditIntegrity,
};
