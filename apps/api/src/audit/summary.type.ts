import { Field, Float, Int, ObjectType } from '@nestjs/graphql';

@ObjectType()
export class AuditFacetValue {
  @Field({ description: 'As the filter takes it.' })
  value!: string;

  @Field()
  label!: string;

  @Field(() => Int)
  count!: number;
}

@ObjectType({ description: 'The most frequent values of one property of the matching events.' })
export class AuditFacet {
  @Field({ description: 'Name of the field of `AuditFilter` that it narrows; `actor` stands for `actorId`.' })
  name!: string;

  @Field(() => [AuditFacetValue])
  values!: AuditFacetValue[];
}

@ObjectType({ description: 'Events of one piece of time: each stands in one of the counts.' })
export class AuditBucket {
  @Field()
  at!: Date;

  @Field(() => Float, { description: 'Allowed, and not failed in the database.' })
  allowed!: number;

  @Field(() => Float)
  failed!: number;

  @Field(() => Float)
  denied!: number;

  @Field(() => Float, { description: 'Where nothing was decided: changes, facts about agents.' })
  others!: number;
}

@ObjectType({ description: 'What matches, counted.' })
export class AuditSummary {
  @Field(() => Float)
  total!: number;

  @Field({ description: 'False: more than 5,000 match and `total` is an estimate.' })
  isTotalExact!: boolean;

  @Field(() => Int, { description: 'In how many events the facets were counted: all, or the newest 5,000.' })
  facetsOf!: number;

  @Field(() => [AuditFacet])
  facets!: AuditFacet[];

  @Field()
  from!: Date;

  @Field()
  to!: Date;

  @Field(() => Float)
  bucketMs!: number;

  @Field(() => [AuditBucket])
  buckets!: AuditBucket[];

  @Field({ description: 'False: samples of each bucket were counted and scaled.' })
  areBucketsExact!: boolean;
}
