import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, DiscoveryModule } from '@nestjs/core';
import { AccessRequestsModule } from './access-requests/access-requests.module.js';
import { ReviewsModule } from './access-reviews/reviews.module.js';
import { AgentIdentityModule } from './agents/agent-identity.module.js';
import { AgentsModule } from './agents/agents.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuditProofModule } from './audit-proof/audit-proof.module.js';
import { AuthModule } from './auth/auth.module.js';
import { OperationsCheck } from './auth/operations-check.js';
import { ClockModule } from './clock.js';
import type { Config } from './config.js';
import { configModule } from './config.module.js';
import { ConnectionsModule } from './connections/connections.module.js';
import { DatabasePasswordsModule } from './database-passwords/database-passwords.module.js';
import { EnvironmentsModule } from './environments/environments.module.js';
import { EdgeFilter } from './errors/edge.filter.js';
import { EvidenceModule } from './evidence/evidence.module.js';
import { graphqlModule } from './graphql/graphql.module.js';
import { DateTimeScalar } from './graphql/scalars.js';
import { GraphqlStreamController } from './graphql/stream.controller.js';
import { GroupsModule } from './groups/groups.module.js';
import { HealthController } from './health.controller.js';
import { HistoryModule } from './history/history.module.js';
import { IntegrationsModule } from './integrations/integrations.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { OrgsModule } from './orgs/orgs.module.js';
import { PeopleModule } from './people/people.module.js';
import { PolicyModule } from './policy/policy.module.js';
import { ReconcileModule } from './reconcile/reconcile.module.js';
import { ReportSchedulesModule } from './report-schedules/report-schedules.module.js';
import { ReportsModule } from './reports/reports.module.js';
import { RulesModule } from './rules/rules.module.js';
import { SavedQueriesModule } from './saved-queries/saved-queries.module.js';
import { SavedSearchesModule } from './saved-searches/saved-searches.module.js';
import { TenancyModule } from './tenancy/tenancy.module.js';

const FEATURES = [
  ...[PeopleModule, OrgsModule, EnvironmentsModule, ConnectionsModule, GroupsModule, RulesModule],
  ...[
    DatabasePasswordsModule,
    AgentIdentityModule,
    AgentsModule,
    PolicyModule,
    AuditModule,
    AuditProofModule,
    ReconcileModule,
    SavedSearchesModule,
    IntegrationsModule,
    ReportSchedulesModule,
    ReportsModule,
    EvidenceModule,
    ReviewsModule,
    AccessRequestsModule,
    SavedQueriesModule,
    HistoryModule,
  ],
];

/** The features of the api, wired. Nothing else happens here. */
@Module({
  imports: [
    DiscoveryModule,
    ClockModule,
    TenancyModule,
    NotificationsModule,
    AuthModule,
    graphqlModule,
    ...FEATURES,
  ],
  controllers: [HealthController, GraphqlStreamController],
  providers: [DateTimeScalar, OperationsCheck, { provide: APP_FILTER, useClass: EdgeFilter }],
})
class AppModule {}

export const appModule = (config: Config): DynamicModule => ({
  module: AppModule,
  imports: [configModule(config)],
});
