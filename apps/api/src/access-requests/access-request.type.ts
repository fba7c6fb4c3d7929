import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';

export enum AccessRequestOutcome {
  GRANTED = 'granted',
  DECLINED = 'declined',
}
registerEnumType(AccessRequestOutcome, { name: 'AccessRequestOutcome' });

@ObjectType({ description: 'Somebody asked at a console for permissions. A rule gives them.' })
export class AccessRequest {
  @Field(() => ID) id!: string;
  @Field(() => ID) environmentId!: string;
  @Field({ description: 'Slug.' }) connection!: string;
  @Field(() => [String]) permissions!: string[];
  @Field({ description: "In the person's words; may be empty." }) reason!: string;
  @Field() personName!: string;
  @Field() personEmail!: string;
  @Field(() => ID, { nullable: true, description: 'The refusal that led to it.' }) auditEventId!:
    | string
    | null;
  @Field() createdAt!: Date;
  @Field(() => AccessRequestOutcome, { nullable: true }) outcome!: AccessRequestOutcome | null;
  @Field(() => Date, { nullable: true }) closedAt!: Date | null;
  @Field(() => String, { nullable: true }) closedBy!: string | null;
}
