import { Field, Float, ID, Int, ObjectType } from '@nestjs/graphql';
import { Paged } from '../graphql/page.js';
import { GraphQLJSON } from '../graphql/scalars.js';
import type { AuditRow } from './search.store.js';

@ObjectType()
export class AuditActor {
  @Field() type!: string;
  @Field() id!: string;
  @Field() label!: string;
}

@ObjectType({ description: 'A value bound to a statement, as the agent kept it.' })
export class AuditValue {
  @Field(() => String, {
    nullable: true,
    description:
      'Null: the SQL null. `***`: it was a secret, or might have been. Of a long value: its beginning.',
  })
  text!: string | null;
  @Field(() => Float, { nullable: true, description: 'Of a long value: how many bytes it had.' })
  bytes?: number | undefined;
  @Field(() => String, { nullable: true, description: 'Of a long value: the hex SHA-256 of all of it.' })
  sha256?: string | undefined;
}

@ObjectType()
export class AuditStatement {
  @Field() text!: string;
  @Field(() => Int) bytes!: number;
  @Field() sha256!: string;
  @Field() truncated!: boolean;
  @Field(() => [String]) kinds!: string[];
  @Field(() => Int, {
    nullable: true,
    description:
      'How many parameters were bound to it; null: it has none of its own (console, simple protocol).',
  })
  parameters?: number | undefined;
  @Field(() => [String], {
    nullable: true,
    description:
      'Types of the bound parameters in order, of the first hundred. `unknown`: it was refused before anybody said.',
  })
  parameterTypes?: string[] | undefined;
  @Field(() => [AuditValue], {
    nullable: true,
    description:
      'Values of the bound parameters in order, of the first hundred; null: the agent is not set to keep them for that connection.',
  })
  parameterValues?: AuditValue[] | undefined;
  @Field(() => [String], {
    nullable: true,
    description:
      'What the agent took out before it wrote anything: secrets, columns, literals, or text (all).',
  })
  redacted?: string[] | undefined;
  @Field(() => String, {
    nullable: true,
    description: 'The same for statements that differ in their literals only; kept where literals are not.',
  })
  fingerprint?: string | undefined;
}

@ObjectType()
export class AuditOutcome {
  @Field() status!: string;
  @Field(() => Float, { nullable: true, description: 'Rows returned or changed; may be more than 2³¹.' })
  rows!: number | null;
  @Field(() => Float) durationMs!: number;
  @Field(() => Float, {
    nullable: true,
    description: 'Bytes of rows and COPY data that went to the client or came from it.',
  })
  bytes?: number | undefined;
  @Field(() => String, { nullable: true }) sqlstate!: string | null;
  @Field() at!: Date;
}

@ObjectType({ description: 'The program at the other end. `application` is what it calls itself.' })
export class AuditClient {
  @Field() address!: string;
  @Field(() => String, { nullable: true }) application!: string | undefined;
  @Field(() => String, { nullable: true, description: 'TLS version; null: not encrypted.' })
  tls!: string | undefined;
}

@ObjectType()
export class AuditTarget {
  @Field() type!: string;
  @Field() id!: string;
  @Field() label!: string;
}

@ObjectType()
export class AuditConnectionRef {
  @Field() id!: string;
  @Field() slug!: string;
}

@ObjectType({
  description: 'Something that happened and is kept: a statement, a change, a fact about an agent.',
})
export class AuditEvent {
  @Field(() => ID) id!: string;
  @Field() at!: Date;
  @Field() receivedAt!: Date;
  @Field() kind!: string;
  @Field(() => AuditActor) actor!: AuditActor;
  @Field(() => String, { nullable: true }) decision!: string | undefined;
  @Field(() => AuditConnectionRef, { nullable: true }) connection!: AuditConnectionRef | undefined;
  @Field(() => String, { nullable: true }) path!: string | undefined;
  @Field(() => AuditStatement, { nullable: true }) statement!: AuditStatement | undefined;
  @Field(() => [String], { nullable: true, description: 'Tables and views that the text names, as written.' })
  relations!: string[] | undefined;

  @Field(() => [String], { nullable: true }) required!: string[] | undefined;
  @Field(() => [String], { nullable: true }) held!: string[] | undefined;
  @Field(() => [String], { nullable: true }) missing!: string[] | undefined;
  @Field(() => [String], { nullable: true }) ruleIds!: string[] | undefined;
  @Field(() => String, { nullable: true }) reason!: string | undefined;
  @Field(() => AuditTarget, { nullable: true }) target!: AuditTarget | undefined;
  @Field(() => GraphQLJSON, { nullable: true }) before!: Record<string, unknown> | undefined;
  @Field(() => GraphQLJSON, { nullable: true }) after!: Record<string, unknown> | undefined;
  @Field(() => Int, { nullable: true }) policyVersion!: number | undefined;
  @Field(() => String, { nullable: true }) sessionId!: string | undefined;
  @Field(() => AuditClient, { nullable: true }) client!: AuditClient | undefined;

  @Field(() => String, {
    nullable: true,
    description:
      "The agent that reported it and its number in that agent's chain; null for the control plane's own.",
  })
  agentId!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: "Its number in its chain: the agent's, or the organisation's own.",
  })
  seq!: number | null;

  @Field(() => String, { nullable: true, description: 'SHA-256 of its place in its chain, hex.' })
  hash!: string | null;

  @Field(() => AuditOutcome, {
    nullable: true,
    description:
      'How an allowed statement ended; null while it runs or when its end was never reported ("outcome unknown"). Of the end of a statement or session itself: how that was.',
  })
  outcome!: AuditOutcome | null;
}

export const AuditEventConnection = Paged(AuditEvent, 'AuditEvent');

export function toAuditEvent(row: AuditRow): AuditEvent {
  const { event } = row;
  return Object.assign(new AuditEvent(), {
    ...event,
    id: row.id,
    at: row.at,
    receivedAt: row.receivedAt,
    agentId: row.agentId,
    seq: row.seq,
    hash: row.hash,
    outcome: row.outcome,
  });
}
