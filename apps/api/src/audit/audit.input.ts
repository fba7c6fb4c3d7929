import { Field, InputType } from '@nestjs/graphql';
import type { AuditSearch } from './search.store.js';

@InputType()
export class AuditFilter {
  @Field(() => Date, { nullable: true }) from?: Date | null;
  @Field(() => Date, { nullable: true }) to?: Date | null;
  @Field(() => String, { nullable: true, description: "Part of the actor's e-mail address or name." })
  actor?: string | null;
  @Field(() => String, { nullable: true }) connection?: string | null;
  @Field(() => String, { nullable: true }) decision?: string | null;
  @Field(() => String, { nullable: true }) kind?: string | null;
  @Field(() => String, {
    nullable: true,
    description: "Part of the statement's text or of the reason or target, any case.",
  })
  text?: string | null;
}

/** GraphQL's nulls and empty texts mean "any". */
export function toSearch(filter: AuditFilter | null | undefined): AuditSearch {
  return Object.fromEntries(
    Object.entries(filter ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  );
}
