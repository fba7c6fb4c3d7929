import { Module } from '@nestjs/common';
import { AgentIdentityModule } from '../agents/agent-identity.module.js';
import { SigningModule } from '../policy/signing.module.js';
import { ClaimTask } from './claim-task.js';
import { PlanWatchers } from './plan-watchers.js';
import {
  ConnectionRolesResolver,
  DriftResolver,
  ReconcileResolver,
  RolePlanDetailResolver,
} from './reconcile.resolver.js';
import { RolePlanChangedResolver } from './role-plan-changed.resolver.js';
import { TasksController } from './tasks.controller.js';

/** The api's part: what people decide, and what agents fetch and answer. */
@Module({
  imports: [AgentIdentityModule, SigningModule],
  controllers: [TasksController],
  providers: [
    ReconcileResolver,
    ConnectionRolesResolver,
    RolePlanDetailResolver,
    DriftResolver,
    RolePlanChangedResolver,
    ClaimTask,
    PlanWatchers,
  ],
})
export class ReconcileModule {}
