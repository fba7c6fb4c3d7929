import { Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Paged } from '../graphql/page.js';
import { GraphQLJSON } from '../graphql/scalars.js';
import { controlsOf } from './controls.js';
import { ReportKindName } from './report.input.js';
import type { ReportRow } from './report.store.js';
import { infoOf, REPORT_KIND_NAMES, type ReportKind } from './report-kinds.js';

export enum ReportStatusName {
  QUEUED = 'queued',
  RUNNING = 'running',
  DONE = 'done',
  FAILED = 'failed',
}
registerEnumType(ReportStatusName, { name: 'ReportStatus' });

@ObjectType({ description: 'A requirement of a framework that a report gives evidence for.' })
export class ReportControl {
  @Field() framework!: string;
  @Field() clause!: string;
  @Field() title!: string;
}

@ObjectType({ description: 'A kind of report: what it is for, what it can be asked with.' })
export class ReportCatalogEntry {
  @Field(() => ReportKindName) kind!: ReportKindName;
  @Field() title!: string;
  @Field() purpose!: string;
  @Field(() => [String], { description: 'Fields of ReportParametersInput that it takes.' })
  parameters!: string[];
  @Field(() => [ReportControl]) controls!: ReportControl[];
}

@ObjectType({ description: 'A report that was asked for: its files can be downloaded once it is done.' })
export class Report {
  @Field(() => ID) id!: string;
  @Field(() => ReportKindName) kind!: ReportKindName;
  @Field() title!: string;
  @Field(() => GraphQLJSON) parameters!: unknown;
  @Field() requestedBy!: string;
  @Field(() => ReportStatusName) status!: ReportStatusName;
  @Field(() => Int, { description: 'Per cent.' }) progress!: number;
  @Field({ description: 'What is being done at the moment.' }) progressNote!: string;
  @Field(() => String, { nullable: true }) error!: string | null;
  @Field(() => Int, { nullable: true }) rowCount!: number | null;
  @Field({ description: 'There are more rows than its files hold.' }) truncated!: boolean;
  @Field(() => String, { nullable: true, description: 'SHA-256 of its canonical JSON.' })
  digest!: string | null;
  @Field() createdAt!: Date;
  @Field(() => Date, { nullable: true }) finishedAt!: Date | null;
  @Field() expiresAt!: Date;
}

export const ReportConnection = Paged(Report, 'Report');

@ObjectType({ description: 'A file as it is to be saved. Its signature is inside.' })
export class ReportFile {
  @Field() filename!: string;
  @Field() mediaType!: string;
  @Field(() => Float) bytes!: number;
  @Field() sha256!: string;
  @Field({ description: 'The bytes, base64.' }) base64!: string;
}

export function toReport({ kind, requestedByLabel, status, ...row }: ReportRow): Report {
  return Object.assign(new Report(), {
    ...row,
    kind,
    title: infoOf(kind as ReportKind).title,
    requestedBy: requestedByLabel,
    status,
  });
}

export const reportCatalog = (): ReportCatalogEntry[] =>
  REPORT_KIND_NAMES.map((kind) => {
    const { title, purpose, parameters, controls } = infoOf(kind);
    return {
      kind: kind as ReportKindName,
      title,
      purpose,
      parameters: [...parameters],
      controls: controlsOf(controls),
    };
  });
