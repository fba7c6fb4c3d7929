import { Field, Float, InputType } from '@nestjs/graphql';
import type { AuditSearch } from './audit-filter.js';

const text = (description: string) => Field(() => String, { nullable: true, description });
const number = (description: string) => Field(() => Float, { nullable: true, description });

@InputType({ description: 'All that is given must hold.' })
export class AuditFilter {
  @Field(() => Date, { nullable: true }) from?: Date | null;
  @Field(() => Date, { nullable: true, description: 'Up to, not including.' }) to?: Date | null;
  @text("Part of the actor's e-mail address or name.") actor?: string | null;
  @text('Exactly this person or agent, by id.') actorId?: string | null;
  @text('Short name of a group: events of those who are in it now.') group?: string | null;
  @text('Short name of a connection.') connection?: string | null;
  @text('Short name of an environment.') environment?: string | null;
  @text('`allowed` or `denied`.') decision?: string | null;
  @text('A kind of event, `statement.decided`.') kind?: string | null;
  @text('A permission that the statement needed, `write`.') permission?: string | null;
  @text('A table or view that the statement names: `orders` in any schema, or `sales.orders` as written.')
  relation?: string | null;
  @text(
    'How a statement ended: `succeeded`, `failed`, `cancelled`, or `unknown` where its end was never reported.',
  )
  outcome?: string | null;
  @text('SQLSTATE of a failure, `42P01`.') sqlstate?: string | null;
  @number('Milliseconds, at least.') minDurationMs?: number | null;
  @number('Milliseconds, at most.') maxDurationMs?: number | null;
  @number('Rows returned or changed, at least.') minRows?: number | null;
  @number('Rows returned or changed, at most.') maxRows?: number | null;
  @text('IP address or network of the client, `10.1.0.0/16`.') client?: string | null;
  @text('Part of what the client calls itself.') application?: string | null;
  @text('The agent that reported it, by id.') agentId?: string | null;
  @text("Part of the statement's text or of the reason or target, any case.") text?: string | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Whole words of the same text, any case; all of them.',
  })
  words?: string[] | null;
}

/** GraphQL's nulls and empty texts mean "any". */
export function toSearch(filter: AuditFilter | null | undefined): AuditSearch {
  return Object.fromEntries(
    Object.entries(filter ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  );
}
