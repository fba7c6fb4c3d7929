import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { PlanState } from '@postern/core/reconcile';
import { Paged } from '../graphql/page.js';
import { RolePlanStateEnum, RoleStateEnum } from './reconcile.type.js';
import type { RoleStatesFilter } from './role-states.store.js';
import type { RoleState } from './status.js';

@ObjectType({
  description:
    'What an agent gave up about, or a job of the worker that goes on failing: why, and what to do.',
})
export class FailedWork {
  @Field(() => ID) id!: string;
  @Field({ description: 'An agent was to do it; else a job of the worker.' }) isTask!: boolean;
  @Field(() => ID, { nullable: true }) connectionId!: string | null;
  @Field(() => String, { nullable: true }) connectionSlug!: string | null;
  @Field(() => ID, { nullable: true }) planId!: string | null;
  @Field({ description: 'roles.plan, roles.scan, roles.apply or roles.generate; of jobs their name.' })
  kind!: string;
  @Field(() => Int) attempts!: number;
  @Field() failedAt!: Date;
  @Field({
    description:
      'transient, lock, permission, missing, manifest, different, refused or other; worker: a job.',
  })
  failureClass!: string;
  @Field() message!: string;
  @Field() fix!: string;
  @Field(() => [String]) facts!: string[];
  @Field({ description: 'Nothing but itself would be lost.' }) canDiscard!: boolean;
}

@ObjectType()
export class FailedWorkConnection extends Paged(FailedWork, 'FailedWork') {}

export const RoleStatesFilterEnum = {
  CONVERGED: 'converged',
  DRIFTED: 'drifted',
  UNKNOWN: 'unknown',
  PLAN_PENDING: 'plan_pending',
  AGENT_AWAY: 'agent_away',
  UNMANAGED: 'unmanaged',
} as const satisfies Record<string, RoleStatesFilter>;
registerEnumType(RoleStatesFilterEnum, { name: 'RoleStatesFilter' });

@ObjectType({ description: 'How the native roles of one connection are.' })
export class ConnectionRoleState {
  @Field(() => ID) connectionId!: string;
  @Field() slug!: string;
  @Field() name!: string;
  @Field() environmentName!: string;
  @Field(() => Int, { nullable: true, description: 'Null: Postern does not manage its roles.' })
  manifestVersion!: number | null;
  @Field(() => RoleStateEnum) state!: RoleState;
  @Field(() => String, { nullable: true, description: 'Why it is not known.' }) reason!: string | null;
  @Field(() => Date, { nullable: true }) checkedAt!: Date | null;
  @Field(() => Date, { nullable: true }) nextScanAt!: Date | null;
  @Field(() => ID, { nullable: true, description: 'The plan that is alive.' }) planId!: string | null;
  @Field(() => RolePlanStateEnum, { nullable: true }) planState!: PlanState | null;
  @Field(() => Int, { nullable: true, description: 'Changes that would undo what differs.' })
  driftCount!: number | null;
  @Field(() => Date, { nullable: true }) driftSince!: Date | null;
  @Field() isDriftIgnored!: boolean;
  @Field({ description: 'An agent of its environment is connected.' }) hasAgent!: boolean;
}

@ObjectType()
export class ConnectionRoleStateConnection extends Paged(ConnectionRoleState, 'ConnectionRoleState') {}
