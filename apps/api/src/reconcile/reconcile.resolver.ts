import { Args, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { PlanContent, PlanState } from '@postern/core/reconcile';
import { OrgRole } from '../auth/access.js';
import { Actor } from '../auth/actor.decorator.js';
import { PageArgs } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { cancelApply } from './cancel-apply.js';
import { approvePlan, commentOnPlan, rejectPlan } from './decide-plan.js';
import { ignoreDrift, planForDrift } from './drift.js';
import { readDriftCauses } from './drift-causes.queries.js';
import { listFailedTasks } from './failed-tasks.queries.js';
import { generateManifest, readGenerated } from './generate-manifest.js';
import { readGuardRoles } from './guard-roles.queries.js';
import { readTask } from './plan-task.queries.js';
import {
  listManifestsPage,
  listPlansPage,
  type PlanView,
  readComments,
  readConnectionRoles,
  readFindingContent,
  readPlan,
  readPlanContent,
} from './reconcile.queries.js';
import {
  ConnectionRoles,
  DriftCauses,
  DriftDetail,
  DriftFinding,
  FailedRoleTaskConnection,
  GeneratedRoleManifest,
  GuardRoles,
  RoleManifestConnection,
  RoleManifestInput,
  RoleManifestProblem,
  RolePlan,
  RolePlanComment,
  RolePlanConnection,
  RolePlanContent,
  RolePlanDetail,
  RolePlanStateEnum,
  RolePlanTask,
  RoleSettings,
  RoleSettingsInput,
  SaveRoleManifestPayload,
} from './reconcile.type.js';
import { requestPlan, scanForDrift } from './request-plan.js';
import { updateRoleSettings } from './role-settings.js';
import { manifestProblems, saveManifest } from './save-manifest.js';

const idArg = { type: () => ID };

@Resolver()
export class ReconcileResolver {
  constructor(private readonly db: TenantDb) {}

  @OrgRole('auditor')
  @Query(() => ConnectionRoles)
  connectionRoles(
    @Actor() actor: OrgActor,
    @Args('connectionId', idArg) connectionId: string,
  ): Promise<ConnectionRoles> {
    return readConnectionRoles(this.db, actor, connectionId);
  }

  @OrgRole('auditor')
  @Query(() => RoleManifestConnection, { description: 'Versions, newest first.' })
  roleManifests(
    @Actor() actor: OrgActor,
    @Args('connectionId', idArg) connectionId: string,
    @Args() page: PageArgs,
  ): Promise<RoleManifestConnection> {
    return listManifestsPage(this.db, actor, { ...page, connectionId });
  }

  @OrgRole('auditor')
  @Query(() => [RoleManifestProblem], {
    description: 'Everything that is wrong with a manifest, without saving it.',
  })
  checkRoleManifest(@Actor() _actor: OrgActor, @Args('body') body: string): RoleManifestProblem[] {
    return [...manifestProblems(body)];
  }

  @OrgRole('auditor')
  @Query(() => RolePlanConnection, { description: 'Newest first.' })
  rolePlans(
    @Actor() actor: OrgActor,
    @Args() page: PageArgs,
    @Args('connectionId', { ...idArg, nullable: true }) connectionId?: string,
    @Args('states', { type: () => [RolePlanStateEnum], nullable: true }) states?: PlanState[],
  ): Promise<RolePlanConnection> {
    return listPlansPage(this.db, actor, { ...page, connectionId, states });
  }

  @OrgRole('auditor')
  @Query(() => RolePlanDetail)
  rolePlan(@Actor() actor: OrgActor, @Args('id', idArg) id: string): Promise<RolePlanDetail> {
    return readPlan(this.db, actor, id);
  }

  @OrgRole('auditor')
  @Query(() => FailedRoleTaskConnection, {
    description:
      'What agents gave up about in the last 30 days and nobody has succeeded with since, newest first. Ask again with `requestRolePlan`, `scanForDrift` or `generateRoleManifest`.',
  })
  failedRoleTasks(
    @Actor() actor: OrgActor,
    @Args() page: PageArgs,
    @Args('connectionId', { ...idArg, nullable: true }) connectionId?: string,
  ): Promise<FailedRoleTaskConnection> {
    return listFailedTasks(this.db, actor, { ...page, connectionId });
  }

  @OrgRole('admin')
  @Query(() => GeneratedRoleManifest)
  generatedRoleManifest(
    @Actor() actor: OrgActor,
    @Args('id', idArg) id: string,
  ): Promise<GeneratedRoleManifest> {
    return readGenerated(this.db, actor, id);
  }

  @OrgRole('admin')
  @Mutation(() => SaveRoleManifestPayload, { description: 'Stores the next version and asks for its plan.' })
  async saveRoleManifest(
    @Actor() actor: OrgActor,
    @Args('connectionId', idArg) connectionId: string,
    @Args('input') input: RoleManifestInput,
  ): Promise<SaveRoleManifestPayload> {
    const { manifest, plan } = await saveManifest(this.db, actor, { connectionId, input });
    return { manifest, plan: plan ?? null };
  }

  @OrgRole('admin')
  @Mutation(() => RoleSettings)
  updateRoleSettings(
    @Actor() actor: OrgActor,
    @Args('connectionId', idArg) connectionId: string,
    @Args('input') input: RoleSettingsInput,
  ): Promise<RoleSettings> {
    return updateRoleSettings(this.db, actor, { connectionId, input });
  }

  @OrgRole('admin')
  @Mutation(() => GeneratedRoleManifest, {
    description:
      'Asks an agent to write the manifest of what is there; look at it with `generatedRoleManifest`.',
  })
  generateRoleManifest(
    @Actor() actor: OrgActor,
    @Args('connectionId', idArg) connectionId: string,
    @Args('suggestProfiles', { defaultValue: true }) suggestProfiles: boolean,
  ): Promise<GeneratedRoleManifest> {
    return generateManifest(this.db, actor, { connectionId, suggestProfiles });
  }

  @OrgRole('admin')
  @Mutation(() => RolePlan, {
    description: 'A new plan of the newest manifest, in place of the one that waits.',
  })
  requestRolePlan(
    @Actor() actor: OrgActor,
    @Args('connectionId', idArg) connectionId: string,
  ): Promise<RolePlan> {
    return requestPlan(this.db, actor, connectionId);
  }

  @OrgRole('admin')
  @Mutation(() => RolePlan, {
    description:
      'Approves what the caller looked at, by digest, server and manifest version; it is applied at once.',
  })
  approveRolePlan(
    @Actor() actor: OrgActor,
    @Args('id', idArg) id: string,
    @Args('effectsDigest') digest: string,
    @Args('systemIdentifier') systemIdentifier: string,
    @Args('manifestVersion', { type: () => Int }) manifestVersion: number,
  ): Promise<RolePlan> {
    return approvePlan(this.db, actor, { id, effects: { digest, systemIdentifier, manifestVersion } });
  }

  @OrgRole('admin')
  @Mutation(() => RolePlan)
  rejectRolePlan(
    @Actor() actor: OrgActor,
    @Args('id', idArg) id: string,
    @Args('reason') reason: string,
  ): Promise<RolePlan> {
    return rejectPlan(this.db, actor, { id, reason });
  }

  @OrgRole('admin')
  @Mutation(() => RolePlan, {
    description:
      'Has a plan that is being applied given up: rolled back, it becomes FAILED; committed already, it becomes APPLIED.',
  })
  cancelRolePlan(
    @Actor() actor: OrgActor,
    @Args('id', idArg) id: string,
    @Args('reason') reason: string,
  ): Promise<RolePlan> {
    return cancelApply(this.db, actor, { id, reason });
  }

  @OrgRole('auditor')
  @Mutation(() => RolePlanComment)
  commentOnRolePlan(
    @Actor() actor: OrgActor,
    @Args('id', idArg) id: string,
    @Args('body') body: string,
  ): Promise<RolePlanComment> {
    return commentOnPlan(this.db, actor, { id, body });
  }

  @OrgRole('admin')
  @Mutation(() => Boolean, { description: 'Asks an agent to compare the database with its manifest now.' })
  async scanForDrift(
    @Actor() actor: OrgActor,
    @Args('connectionId', idArg) connectionId: string,
  ): Promise<boolean> {
    await scanForDrift(this.db, actor, connectionId);
    return true;
  }

  @OrgRole('admin')
  @Mutation(() => RolePlan, { description: 'A plan that would undo what differs.' })
  planForDrift(@Actor() actor: OrgActor, @Args('id', idArg) id: string): Promise<RolePlan> {
    return planForDrift(this.db, actor, id);
  }

  @OrgRole('admin')
  @Mutation(() => DriftFinding)
  ignoreDrift(
    @Actor() actor: OrgActor,
    @Args('id', idArg) id: string,
    @Args('reason') reason: string,
    @Args('until') until: Date,
  ): Promise<DriftFinding> {
    return ignoreDrift(this.db, actor, { id, reason, until });
  }
}

@Resolver(() => RolePlanDetail)
export class RolePlanDetailResolver {
  constructor(private readonly db: TenantDb) {}

  @ResolveField(() => RolePlanContent, { nullable: true })
  content(@Parent() plan: PlanView): Promise<PlanContent | null> {
    return readPlanContent(this.db, plan);
  }

  @ResolveField(() => [RolePlanComment], { description: 'Oldest first.' })
  comments(@Parent() plan: PlanView): Promise<RolePlanComment[]> {
    return readComments(this.db, plan);
  }

  @ResolveField(() => RolePlanTask, {
    nullable: true,
    description: 'What an agent does, or last did, for it.',
  })
  task(@Parent() plan: PlanView): Promise<RolePlanTask | null> {
    return readTask(this.db, plan);
  }
}

@Resolver(() => ConnectionRoles)
export class ConnectionRolesResolver {
  constructor(private readonly db: TenantDb) {}

  @ResolveField(() => GuardRoles)
  guards(@Parent() roles: ConnectionRoles): Promise<GuardRoles> {
    return readGuardRoles(this.db, roles);
  }
}

@Resolver(() => DriftDetail)
export class DriftResolver {
  constructor(private readonly db: TenantDb) {}

  @ResolveField(() => RolePlanContent, { description: 'The changes that would undo it.' })
  content(@Parent() finding: DriftDetail): Promise<PlanContent> {
    return readFindingContent(this.db, finding);
  }

  @ResolveField(() => DriftCauses, { description: 'Where it is likely to come from.' })
  causes(@Parent() finding: DriftDetail): Promise<DriftCauses> {
    return readDriftCauses(this.db, finding);
  }
}
