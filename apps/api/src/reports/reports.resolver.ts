import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor } from '../auth/actor.decorator.js';
import type { Page } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { deleteReport } from './delete-report.js';
import { downloadReport } from './download-report.js';
import {
  ReportFormatName,
  ReportKindName,
  ReportListArgs,
  ReportParametersInput,
  toParameters,
} from './report.input.js';
import { getReport, listReportsPage } from './report.queries.js';
import {
  Report,
  ReportCatalogEntry,
  ReportConnection,
  ReportFile,
  reportCatalog,
  toReport,
} from './report.type.js';
import { requestReport } from './request-report.js';

@Resolver(() => Report)
export class ReportsResolver {
  constructor(private readonly db: TenantDb) {}

  @OrgRole('auditor')
  @Query(() => [ReportCatalogEntry])
  reportCatalog(@Actor() _actor: OrgActor): ReportCatalogEntry[] {
    return reportCatalog();
  }

  @OrgRole('auditor')
  @Query(() => ReportConnection)
  async reports(@Actor() actor: OrgActor, @Args() args: ReportListArgs): Promise<Page<Report>> {
    const { edges, pageInfo } = await listReportsPage(this.db, actor, args);
    return { edges: edges.map(({ cursor, node }) => ({ cursor, node: toReport(node) })), pageInfo };
  }

  @OrgRole('auditor')
  @Query(() => Report)
  async report(@Actor() actor: OrgActor, @Args('id', { type: () => ID }) id: string): Promise<Report> {
    return toReport(await getReport(this.db, actor, id));
  }

  @OrgRole('auditor')
  @Mutation(() => Report)
  async requestReport(
    @Actor() actor: OrgActor,
    @Args('kind', { type: () => ReportKindName }) kind: ReportKindName,
    @Args('parameters', { type: () => ReportParametersInput, nullable: true })
    parameters: ReportParametersInput | null,
  ): Promise<Report> {
    return toReport(await requestReport(this.db, actor, { kind, parameters: toParameters(parameters) }));
  }

  @OrgRole('auditor')
  @Mutation(() => ReportFile, { description: 'A mutation, for it is recorded who takes a report away.' })
  async downloadReport(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('format', { type: () => ReportFormatName }) format: ReportFormatName,
  ): Promise<ReportFile> {
    const { bytes, ...file } = await downloadReport(this.db, actor, { id, format });
    return { ...file, bytes: bytes.length, base64: bytes.toString('base64') };
  }

  @OrgRole('admin')
  @Mutation(() => Boolean)
  async deleteReport(@Actor() actor: OrgActor, @Args('id', { type: () => ID }) id: string): Promise<boolean> {
    await deleteReport(this.db, actor, id);
    return true;
  }
}
