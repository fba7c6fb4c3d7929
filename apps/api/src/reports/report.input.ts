import { ArgsType, Field, InputType, Int, registerEnumType } from '@nestjs/graphql';
import { PageArgs } from '../graphql/page.js';
import type { ReportKind, ReportParameters } from './report-kinds.js';

/** GraphQL's ReportKind. */
export enum ReportKindName {
  WHO_CAN_WHAT = 'who_can_what',
  ACCESS_CHANGES = 'access_changes',
  PRIVILEGED_ACTIVITY = 'privileged_activity',
  REFUSALS = 'refusals',
  DORMANT_ACCESS = 'dormant_access',
  COVERAGE = 'coverage',
  ACCESS_REVIEW = 'access_review',
  NATIVE_ROLES = 'native_roles',
  COMPLETENESS = 'completeness',
  AUDIT_INTEGRITY = 'audit_integrity',
}
registerEnumType(ReportKindName, { name: 'ReportKind' });
// The enum and the catalogue must name the same kinds: the compiler compares them both ways.
const _kindsAreKnown: Record<`${ReportKindName}`, true> = {} as Record<ReportKind, true>;
const _kindsAreShown: Record<ReportKind, true> = {} as Record<`${ReportKindName}`, true>;
void [_kindsAreKnown, _kindsAreShown];

export enum ReportFormatName {
  JSON = 'json',
  CSV = 'csv',
  PDF = 'pdf',
}
registerEnumType(ReportFormatName, { name: 'ReportFormat' });

@InputType({ description: 'What a report is asked with. Which of them a kind takes, `reportCatalog` says.' })
export class ReportParametersInput {
  @Field(() => Date, { nullable: true, description: 'Instant; left out: now.' })
  at?: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'Begin of the period; left out: 30 days before its end, or the begin of the audit trail.',
  })
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: 'End of the period; left out: now.' })
  to?: Date | null;

  @Field(() => String, { nullable: true, description: 'Short name of one connection.' })
  connection?: string | null;

  @Field(() => String, { nullable: true, description: 'E-mail address of one person.' })
  person?: string | null;

  @Field(() => Int, { nullable: true, description: 'Days without use; left out: 90.' })
  days?: number | null;

  @Field(() => [String], { nullable: true, description: 'Left out: ddl, admin, execute.' })
  permissions?: string[] | null;

  @Field(() => String, { nullable: true, description: 'Id of an access review; left out: the newest.' })
  review?: string | null;

  @Field(() => String, { nullable: true, description: 'Id of a chain of the audit trail; left out: all.' })
  chain?: string | null;
}

/** GraphQL's nulls mean "left out". */
export function toParameters(given: ReportParametersInput | null | undefined): ReportParameters {
  const present = Object.entries(given ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(present) as ReportParameters;
}

@ArgsType()
export class ReportListArgs extends PageArgs {
  @Field(() => ReportKindName, { nullable: true })
  kind?: ReportKindName;
}
