import { Field, Float, ID, Int, ObjectType } from '@nestjs/graphql';

@ObjectType({
  description:
    "A chain of audit events, each with a hash that covers the one before it: an agent's, or the organisation's own.",
})
export class AuditChain {
  @Field(() => ID) id!: string;
  @Field(() => String, {
    nullable: true,
    description:
      "The agent's name; null for the organisation's own. Empty: no agent was enrolled with this id.",
  })
  name!: string | null;
  @Field() isAgent!: boolean;
  @Field(() => Float, { description: 'Number of its last event.' }) headSeq!: number;
}

@ObjectType({ description: 'The first thing wrong with a chain.' })
export class AuditProblem {
  @Field({
    description:
      '`altered`, `missing`, `repeated`, `cut_off`, `rewritten`, `unproved`, `search_columns` or `unchained`.',
  })
  code!: string;
  @Field(() => Float, { nullable: true }) seq!: number | null;
  @Field(() => ID, { nullable: true }) eventId!: string | null;
  @Field() message!: string;
}

@ObjectType({ description: 'What checking one page of a chain came to.' })
export class AuditVerification {
  @Field(() => Int, { description: 'Events checked in this page.' }) checked!: number;
  @Field(() => Int, { description: 'Signed anchors that this page was held against.' }) anchors!: number;
  @Field(() => Float, { description: 'Number of the last good event.' }) upToSeq!: number;
  @Field(() => Float, { description: 'Number of the last event of the range.' }) toSeq!: number;
  @Field(() => String, { nullable: true, description: 'For the next page; null: this was the last.' })
  cursor!: string | null;
  @Field(() => AuditProblem, { nullable: true }) problem!: AuditProblem | null;
}

@ObjectType()
export class AuditKeeping {
  @Field(() => Int, { nullable: true, description: 'Days that audit events are kept; null: for ever.' })
  auditRetentionDays!: number | null;
  @Field(() => String, { nullable: true, description: 'Why nothing is removed for now; null: no hold.' })
  auditHold!: string | null;
}

@ObjectType({ description: 'What keeping the trail for so many days would remove.' })
export class AuditKeepingPreview {
  @Field(() => Int, { description: 'Events older than that: all of them, or 100,000 when there are more.' })
  events!: number;
  @Field({ description: 'False: there are more than `events`.' }) isExact!: boolean;
  @Field(() => Date, { nullable: true, description: 'The oldest event that is kept now.' })
  oldestAt!: Date | null;
  @Field({ description: 'What happened before this would go.' }) keepFrom!: Date;
}
