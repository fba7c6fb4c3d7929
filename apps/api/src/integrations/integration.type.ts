import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';

@ObjectType({ description: 'Where events of the organisation go: a webhook, or a SIEM by HTTPS or syslog.' })
export class Integration {
  @Field(() => ID) id!: string;
  @Field({ description: 'webhook, https or syslog.' }) kind!: string;
  @Field() name!: string;
  @Field() url!: string;
  @Field({ description: 'json or ocsf.' }) format!: string;
  @Field(() => [String]) eventTypes!: string[];
  @Field() enabled!: boolean;
  @Field(() => String, { nullable: true }) disabledReason!: string | null;
  @Field(() => Int, { description: 'Attempts in a row that failed.' }) failures!: number;
  @Field(() => Date, { nullable: true }) failingSince!: Date | null;
  @Field(() => String, { nullable: true }) lastError!: string | null;
  @Field(() => Date, { nullable: true }) lastDeliveredAt!: Date | null;
  @Field() createdAt!: Date;
  @Field(() => Int, { description: 'Events of the trail that it has not come to yet.' }) behind!: number;
  @Field(() => Int, { description: 'Deliveries that were given up and can be sent again.' }) dead!: number;
}

@ObjectType()
export class SavedIntegration {
  @Field(() => Integration) integration!: Integration;
  @Field(() => String, { nullable: true, description: 'The signing secret of a webhook. Shown this once.' })
  secret!: string | null;
}

@ObjectType({ description: 'One message to a webhook and what came of it.' })
export class WebhookDelivery {
  @Field(() => ID) id!: string;
  @Field() type!: string;
  @Field({ description: 'waiting, delivered or dead.' }) state!: string;
  @Field(() => Int) attempts!: number;
  @Field() nextAttemptAt!: Date;
  @Field(() => Int, { nullable: true }) lastStatus!: number | null;
  @Field(() => String, { nullable: true }) lastError!: string | null;
  @Field(() => Int, { nullable: true }) durationMs!: number | null;
  @Field() createdAt!: Date;
  @Field(() => Date, { nullable: true }) endedAt!: Date | null;
  @Field() body!: string;
}

@ObjectType()
export class IntegrationTest {
  @Field() ok!: boolean;
  @Field(() => Int, { nullable: true }) status!: number | null;
  @Field(() => String, { nullable: true }) error!: string | null;
  @Field(() => Int) durationMs!: number;
}

@InputType()
export class IntegrationInput {
  @Field() name!: string;
  @Field({ description: 'webhook, https or syslog. Does not change later.' }) kind!: string;
  @Field({ description: '`https://…`, `syslog+tls://host:6514` or `syslog+tcp://host:601`.' }) url!: string;
  @Field(() => String, { nullable: true, description: 'For https and syslog: json (the default) or ocsf.' })
  format?: string | null;
  @Field(() => [String], { description: 'Kinds of events: `rule.created`, `rule.*` or `*`.' })
  eventTypes!: string[];
  @Field(() => String, {
    nullable: true,
    description: 'For https: the Authorization header. Never shown again; left out in an update, it stays.',
  })
  authorization?: string | null;
  @Field(() => Boolean, { nullable: true }) enabled?: boolean | null;
}
