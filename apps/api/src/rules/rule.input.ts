import { ArgsType, Field, ID, InputType } from '@nestjs/graphql';
import { PageArgs } from '../graphql/page.js';

@InputType()
export class RuleInput {
  @Field()
  connection!: string;

  @Field(() => [String])
  permissions!: string[];

  @Field(() => [String])
  members!: string[];

  @Field(() => String, { nullable: true })
  description?: string;
}

@InputType({
  description: 'A change to try: create (rule only), update (ruleId and rule) or delete (ruleId only).',
})
export class RuleChangeInput {
  @Field(() => ID, { nullable: true })
  ruleId?: string;

  @Field(() => RuleInput, { nullable: true })
  rule?: RuleInput;
}

@ArgsType()
export class RuleListArgs extends PageArgs {
  @Field(() => String, { nullable: true })
  connection?: string;

  @Field(() => String, { nullable: true })
  member?: string;
}
