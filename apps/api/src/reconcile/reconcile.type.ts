import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { PlanState } from '@postern/core/reconcile';
import type { Mode } from '@postern/core/roles';
import { Paged } from '../graphql/page.js';
import type { DriftCauseKind } from './drift-causes.queries.js';
import type { PlanCause } from './plan.store.js';
import type { RoleState } from './status.js';

/** GraphQL's names; the values are ours. */
export const RolePlanStateEnum = {
  DRAFT: 'draft',
  PLANNING: 'planning',
  PENDING: 'pending',
  APPROVED: 'approved',
  APPLYING: 'applying',
  APPLIED: 'applied',
  REJECTED: 'rejected',
  SUPERSEDED: 'superseded',
  EXPIRED: 'expired',
  FAILED: 'failed',
  STALE: 'stale',
} as const satisfies Record<string, PlanState>;
registerEnumType(RolePlanStateEnum, {
  name: 'RolePlanState',
  description: 'DRAFT → PLANNING → PENDING → APPROVED → APPLYING → APPLIED, or one of the ways out of it.',
});

export const RoleModeEnum = {
  AUTHORITATIVE: 'authoritative',
  ADOPT: 'adopt',
  ADDITIVE: 'additive',
} as const satisfies Record<string, Mode>;
registerEnumType(RoleModeEnum, {
  name: 'RoleMode',
  description:
    'AUTHORITATIVE: what the manifest does not say is taken away. ADOPT: the same, but no role is dropped. ADDITIVE: nothing is taken away.',
});

export const RolePlanCauseEnum = {
  MANIFEST: 'manifest',
  DRIFT: 'drift',
  REQUEST: 'request',
} as const satisfies Record<string, PlanCause>;
registerEnumType(RolePlanCauseEnum, { name: 'RolePlanCause' });

export const RoleStateEnum = {
  CONVERGED: 'converged',
  DRIFTED: 'drifted',
  UNKNOWN: 'unknown',
} as const satisfies Record<string, RoleState>;
registerEnumType(RoleStateEnum, { name: 'RoleState' });

@ObjectType({
  description:
    'Something wrong in a manifest, where it was written, and what to do. Lines and columns from 1.',
})
export class RoleManifestProblem {
  @Field() code!: string;
  @Field(() => Int) line!: number;
  @Field(() => Int) column!: number;
  @Field() path!: string;
  @Field() message!: string;
  @Field() fix!: string;
}

@ObjectType({ description: 'One version of what a connection’s roles are to be. Never changed.' })
export class RoleManifest {
  orgId!: string;
  @Field(() => ID) id!: string;
  @Field(() => ID) connectionId!: string;
  @Field(() => Int) version!: number;
  @Field() body!: string;
  @Field() sha256!: string;
  @Field() message!: string;
  @Field() authorLabel!: string;
  @Field() createdAt!: Date;
}

@ObjectType()
export class RoleManifestConnection extends Paged(RoleManifest, 'RoleManifest') {}

@ObjectType()
export class RoleSettings {
  @Field(() => RoleModeEnum) mode!: Mode;
  @Field({ description: 'Who wrote a manifest may not approve its plan.' }) fourEyes!: boolean;
  @Field(() => ID, { nullable: true, description: 'Group whose members may approve; null: every admin.' })
  approverGroupId!: string | null;
  @Field(() => Int, {
    description: 'Seconds that a plan waits for its approval, and an approval to be applied.',
  })
  planLifetimeS!: number;
  @Field(() => Int, { nullable: true, description: 'Seconds between looks for drift; null: none by itself.' })
  driftEveryS!: number | null;
  @Field({
    description:
      'Sessions log in as native roles that may do no more than the rules say, once a plan that makes them was applied.',
  })
  guardRoles!: boolean;
}

@InputType({ description: 'What is left out stays as it is.' })
export class RoleSettingsInput {
  @Field(() => RoleModeEnum, { nullable: true }) mode?: Mode;
  @Field(() => Boolean, { nullable: true }) fourEyes?: boolean;
  @Field(() => ID, { nullable: true }) approverGroupId?: string | null;
  @Field(() => Int, { nullable: true }) planLifetimeS?: number;
  @Field(() => Int, { nullable: true }) driftEveryS?: number | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'On: asks for the plan that makes them. Off: at once, and asks for the plan that lets them go.',
  })
  guardRoles?: boolean;
}

@InputType()
export class RoleManifestInput {
  @Field({ description: 'YAML or JSON.' }) body!: string;
  @Field({ nullable: true }) message?: string;
  @Field(() => Int, {
    nullable: true,
    description: 'The version that was edited: saving fails when there is a newer one.',
  })
  baseVersion?: number;
}

@ObjectType()
export class RolePlanServer {
  @Field() database!: string;
  @Field() version!: string;
  @Field(() => String, { nullable: true, description: 'Managed service that it was recognised as.' })
  provider!: string | null;
}

@ObjectType()
export class RolePlanKind {
  @Field() kind!: string;
  @Field(() => Int) count!: number;
  @Field() destructive!: boolean;
  @Field() text!: string;
}

@ObjectType()
export class RolePlanChange {
  @Field() kind!: string;
  @Field() category!: string;
  @Field() destructive!: boolean;
  @Field() subject!: string;
  @Field(() => [String], { description: 'As they will run; secrets are never in them.' })
  statements!: string[];
  @Field(() => Boolean, {
    nullable: true,
    description: 'True where IAM rules ask for it (guard roles), and not the manifest.',
  })
  isFromRules?: boolean | undefined;
}

@ObjectType()
export class RolePlanUndeclared {
  @Field() role!: string;
  @Field(() => Int) count!: number;
  @Field() isRevoked!: boolean;
}

@ObjectType()
export class RolePlanStuck {
  @Field() where!: string;
  @Field() grantee!: string;
  @Field() grantor!: string;
  @Field() text!: string;
}

@ObjectType()
export class RolePlanObstacle {
  @Field() message!: string;
  @Field() fix!: string;
}

@ObjectType({ description: 'What a plan would do, for whoever has to decide about it.' })
export class RolePlanContent {
  @Field(() => RolePlanServer) server!: RolePlanServer;
  @Field(() => [String], { description: 'Roles that have more once it has run.' }) gains!: string[];
  @Field(() => [String], { description: 'Roles that have less.' }) loses!: string[];
  @Field(() => [RolePlanKind]) kinds!: RolePlanKind[];
  @Field(() => [RolePlanChange]) changes!: RolePlanChange[];
  @Field(() => [RolePlanUndeclared]) undeclared!: RolePlanUndeclared[];
  @Field(() => [RolePlanStuck]) stuck!: RolePlanStuck[];
  @Field(() => [RolePlanObstacle], { description: 'What has to be dealt with before it can run.' })
  obstacles!: RolePlanObstacle[];
}

@ObjectType()
export class RolePlanComment {
  @Field(() => ID) id!: string;
  @Field() authorLabel!: string;
  @Field() body!: string;
  @Field() createdAt!: Date;
}

@ObjectType({ description: 'What an agent is doing, or is to do, for a plan.' })
export class RolePlanTask {
  @Field() kind!: string;
  @Field() state!: string;
  @Field(() => Int) attempts!: number;
  @Field(() => String, { nullable: true, description: 'Why the last attempt failed.' }) failure!:
    | string
    | null;
  @Field({ description: 'An agent of the environment is connected that could take it.' }) hasAgent!: boolean;
  @Field(() => Date, { nullable: true }) notBefore!: Date | null;
}

@ObjectType({
  description: 'What it takes to bring a database to its manifest: looked at, decided about, done.',
})
export class RolePlan {
  orgId!: string;
  @Field(() => ID) id!: string;
  @Field(() => ID) connectionId!: string;
  @Field(() => ID) manifestId!: string;
  @Field(() => Int) manifestVersion!: number;
  @Field(() => RoleModeEnum) mode!: Mode;
  @Field(() => RolePlanCauseEnum) cause!: PlanCause;
  @Field(() => RolePlanStateEnum) state!: PlanState;
  @Field() requestedLabel!: string;
  @Field() createdAt!: Date;
  @Field() updatedAt!: Date;
  @Field() expiresAt!: Date;
  @Field(() => String, { nullable: true, description: 'SHA-256 of its effects: what an approval is about.' })
  effectsDigest!: string | null;
  @Field(() => String, { nullable: true }) systemIdentifier!: string | null;
  @Field(() => Int, { nullable: true }) changeCount!: number | null;
  @Field(() => Int, { nullable: true }) destructiveCount!: number | null;
  @Field(() => String, { nullable: true }) approvedLabel!: string | null;
  @Field(() => Date, { nullable: true }) approvedAt!: Date | null;
  @Field(() => String, { nullable: true }) closedLabel!: string | null;
  @Field(() => String, { nullable: true, description: 'Why it was rejected, failed or went stale.' })
  reason!: string | null;
  @Field(() => Date, { nullable: true }) applyStartedAt!: Date | null;
  @Field(() => Int) progressDone!: number;
  @Field(() => Int) progressTotal!: number;
  @Field(() => Date, { nullable: true }) finishedAt!: Date | null;
  @Field(() => String, {
    nullable: true,
    description: 'Who wanted its apply given up. APPLIED nevertheless: it was committed by then.',
  })
  cancelAskedLabel!: string | null;
  @Field(() => Date, { nullable: true }) cancelAskedAt!: Date | null;
  @Field(() => String, { nullable: true }) cancelReason!: string | null;
}

@ObjectType({ description: 'A plan with what it would do, which may be long: read one by one.' })
export class RolePlanDetail extends RolePlan {}

@ObjectType()
export class RolePlanConnection extends Paged(RolePlan, 'RolePlan') {}

@ObjectType({ description: 'What differs between a database and its manifest, since when.' })
export class DriftFinding {
  orgId!: string;
  @Field(() => ID) id!: string;
  @Field(() => ID) connectionId!: string;
  @Field(() => Int) manifestVersion!: number;
  @Field() firstSeenAt!: Date;
  @Field() lastSeenAt!: Date;
  @Field(() => Int) changeCount!: number;
  @Field(() => ID, { nullable: true }) planId!: string | null;
  @Field(() => Date, { nullable: true }) ignoredUntil!: Date | null;
  @Field(() => String, { nullable: true }) ignoredReason!: string | null;
  @Field(() => String, { nullable: true }) ignoredLabel!: string | null;
}

@ObjectType({ description: 'A statement of the audit trail.' })
export class DriftStatement {
  @Field(() => ID, { description: 'Of the audit event.' }) eventId!: string;
  @Field() at!: Date;
  @Field() actorLabel!: string;
  @Field() text!: string;
}

export const DriftCauseKindEnum = {
  STATEMENT: 'statement',
  OUTSIDE: 'outside',
  UNKNOWN: 'unknown',
} as const satisfies Record<string, DriftCauseKind>;
registerEnumType(DriftCauseKindEnum, {
  name: 'DriftCauseKind',
  description:
    'STATEMENT: somebody ran it through Postern. OUTSIDE: nothing that went through Postern did it. UNKNOWN: the trail does not reach that far.',
});

@ObjectType({ description: 'Where a difference is likely to come from.' })
export class DriftCause {
  @Field(() => DriftCauseKindEnum) kind!: DriftCauseKind;
  @Field(() => Int, { description: 'For how many objects of the change.' }) objects!: number;
  @Field(() => DriftStatement, { nullable: true }) statement!: DriftStatement | null;
  @Field(() => Date, {
    nullable: true,
    description: 'When the server wrote it last, where it keeps commit timestamps.',
  })
  changedAt!: Date | null;
  @Field(() => [String], { description: 'Who granted what is there too much.' }) grantors!: string[];
}

@ObjectType({ description: 'Where differences are likely to come from, as far as the audit trail can tell.' })
export class DriftCauses {
  @Field(() => Date, { nullable: true, description: 'When nothing differed for the last time.' })
  since!: Date | null;
  @Field({ description: 'When it was found.' }) until!: Date;
  @Field(() => [[DriftCause]], {
    description: 'For each change of `content`, in its order; the most frequent cause first.',
  })
  changes!: DriftCause[][];
  @Field(() => [DriftStatement], {
    description:
      'Went through Postern meanwhile, and what of access they changed cannot be told (programs; agents of before). At most 20.',
  })
  opaque!: DriftStatement[];
}

@ObjectType({ description: 'A finding with the changes that would undo it.' })
export class DriftDetail extends DriftFinding {}

@ObjectType()
export class RoleStatus {
  @Field(() => RoleStateEnum) state!: RoleState;
  @Field(() => Int, { nullable: true }) manifestVersion!: number | null;
  @Field(() => Date, { nullable: true }) checkedAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'Why it is not known.' }) reason!: string | null;
  @Field(() => Date, { nullable: true }) nextScanAt!: Date | null;
}

@ObjectType({ description: 'A login for the people whose permissions come to the same grants.' })
export class GuardRole {
  @Field() name!: string;
  @Field(() => [String], { description: 'Of those that PostgreSQL can grant.' }) permissions!: string[];
  @Field(() => Int) people!: number;
  @Field({ description: 'In the database, as far as Postern knows.' }) isThere!: boolean;
}

@ObjectType({ description: 'What the IAM rules of a connection come to as native roles.' })
export class GuardRoles {
  @Field() isWanted!: boolean;
  @Field({ description: 'Sessions log in as them; who has none is refused.' }) isInForce!: boolean;
  @Field(() => [GuardRole], { description: 'Those that the rules take now.' }) roles!: GuardRole[];
  @Field(() => [String], { description: 'In the database, and not taken any more.' }) unneeded!: string[];
  @Field(() => Int, { description: 'People with `admin`, whose sessions use the agent’s own login.' })
  ownLogin!: number;
  @Field(() => [String], {
    description: 'Agents that know no guard roles: sessions there use the own login.',
  })
  olderAgents!: string[];
}

@ObjectType({ description: 'Everything about the native roles of a connection that one page shows.' })
export class ConnectionRoles {
  orgId!: string;
  @Field(() => ID) connectionId!: string;
  @Field(() => RoleSettings) settings!: RoleSettings;
  @Field(() => RoleManifest, { nullable: true }) manifest!: RoleManifest | null;
  @Field(() => RolePlan, { nullable: true }) livePlan!: RolePlan | null;
  @Field(() => RoleStatus) status!: RoleStatus;
  @Field(() => DriftDetail, { nullable: true }) drift!: DriftDetail | null;
}

@ObjectType({ description: '`plan` is null while another one is being applied: it is made right after.' })
export class SaveRoleManifestPayload {
  @Field(() => RoleManifest) manifest!: RoleManifest;
  @Field(() => RolePlan, { nullable: true }) plan!: RolePlan | null;
}

@ObjectType()
export class GeneratedRoleManifest {
  @Field(() => ID) id!: string;
  @Field({ description: 'waiting, running, succeeded, failed or cancelled.' }) state!: string;
  @Field(() => String, { nullable: true }) body!: string | null;
  @Field(() => String, { nullable: true, description: 'Why there is none.' }) failure!: string | null;
}
