import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { GraphQLJSON } from '../graphql/scalars.js';
import type { DeliveryView } from '../integrations/integration.queries.js';
import {
  ReportFormatName,
  ReportKindName,
  ReportParametersInput,
  toParameters,
} from '../reports/report.input.js';
import { Report, toReport } from '../reports/report.type.js';
import { infoOf, type ReportKind } from '../reports/report-kinds.js';
import type { ScheduleView } from './schedule.queries.js';
import type { ScheduleInput } from './schedule-input.js';

export enum ReportCadence {
  DAILY = 'daily',
  WEEKLY = 'weekly',
  MONTHLY = 'monthly',
}
registerEnumType(ReportCadence, { name: 'ReportCadence' });

const WEEKDAY = 'Of a weekly one: 1 is Monday.';
const DAY = 'Of a monthly one: 1 to 28.';

@ObjectType({ description: 'What was sent to a webhook.' })
export class ReportDelivery {
  @Field(() => ID) id!: string;
  @Field({ description: 'waiting, delivered or dead.' }) state!: string;
  @Field(() => Int) attempts!: number;
  @Field(() => String, { nullable: true }) lastError!: string | null;
  @Field() createdAt!: Date;
  @Field(() => Date, { nullable: true }) endedAt!: Date | null;
}

@ObjectType({ description: 'A webhook that gets the reports of a schedule.' })
export class ReportRecipient {
  @Field(() => ID) integrationId!: string;
  @Field() name!: string;
  @Field({ description: 'A webhook that is turned off is passed over.' }) enabled!: boolean;
  @Field(() => ReportDelivery, { nullable: true, description: 'Null: nothing yet, or it is forgotten.' })
  lastDelivery!: DeliveryView | null;
}

@ObjectType({ description: 'A report that is made by the calendar and sent to webhooks.' })
export class ReportSchedule {
  @Field(() => ID) id!: string;
  @Field() name!: string;
  @Field(() => ReportKindName) kind!: ReportKindName;
  @Field({ description: 'Of the kind.' }) title!: string;
  @Field(() => GraphQLJSON) parameters!: unknown;
  @Field(() => ReportCadence) cadence!: ReportCadence;
  @Field(() => Int, { description: 'Hour of the day in `timeZone`.' }) hour!: number;
  @Field(() => Int, { nullable: true, description: WEEKDAY }) weekday!: number | null;
  @Field(() => Int, { nullable: true, description: DAY }) day!: number | null;
  @Field() timeZone!: string;
  @Field(() => ReportFormatName, { description: 'Of the file that is sent.' }) format!: ReportFormatName;
  @Field(() => [ReportRecipient]) recipients!: ReportRecipient[];
  @Field({ description: 'False: paused.' }) enabled!: boolean;
  @Field(() => Date, { nullable: true, description: 'Null: it is paused.' }) nextRunAt!: Date | null;
  @Field(() => Report, { nullable: true }) lastReport!: Report | null;
  @Field() createdBy!: string;
  @Field() createdAt!: Date;
  @Field() updatedAt!: Date;
}

@InputType()
export class ReportScheduleInput {
  @Field() name!: string;
  @Field(() => ReportKindName) kind!: ReportKindName;
  @Field(() => ReportParametersInput, {
    nullable: true,
    description: 'Without instants: a report begins where the one before it ended.',
  })
  parameters?: ReportParametersInput | null;
  @Field(() => ReportCadence) cadence!: ReportCadence;
  @Field(() => Int, { description: 'Hour of the day in `timeZone`.' }) hour!: number;
  @Field(() => Int, { nullable: true, description: WEEKDAY }) weekday?: number | null;
  @Field(() => Int, { nullable: true, description: DAY }) day?: number | null;
  @Field(() => String, { nullable: true, description: 'UTC when left out.' }) timeZone?: string | null;
  @Field(() => ReportFormatName, { nullable: true, description: 'PDF when left out.' })
  format?: ReportFormatName | null;
  @Field(() => [ID], { description: 'Integrations of the kind webhook.' }) recipients!: string[];
  @Field(() => Boolean, { nullable: true, description: 'False: paused.' }) enabled?: boolean | null;
}

export const toScheduleInput = (given: ReportScheduleInput): ScheduleInput => ({
  ...given,
  parameters: toParameters(given.parameters),
});

export function toSchedule({ createdByLabel, lastReport, nextRunAt, ...row }: ScheduleView): ReportSchedule {
  return Object.assign(new ReportSchedule(), {
    ...row,
    title: infoOf(row.kind as ReportKind).title,
    createdBy: createdByLabel,
    nextRunAt: row.enabled ? nextRunAt : null,
    lastReport: lastReport && toReport(lastReport),
  });
}
