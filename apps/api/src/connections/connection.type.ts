import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { CountedPaged } from '../graphql/page.js';
import type { AuditMode } from './connection.store.js';

/** GraphQL's names of the modes; the values are ours. */
export const AuditModeEnum = { STRICT: 'strict', BATCHED: 'batched' } as const satisfies Record<
  string,
  AuditMode
>;
registerEnumType(AuditModeEnum, {
  name: 'AuditMode',
  description:
    'STRICT: a statement runs once its record is on disk. BATCHED: records are written together, at most 50 ms later.',
});

@ObjectType({
  description:
    'A database that people reach through an agent: metadata only, the password stays with the agent.',
})
export class DbConnection {
  orgId!: string;
  environmentId!: string;

  @Field(() => ID)
  id!: string;

  @Field()
  slug!: string;

  @Field()
  name!: string;

  @Field()
  description!: string;

  @Field(() => Int)
  statementTimeoutMs!: number;

  @Field(() => Int)
  lockTimeoutMs!: number;

  @Field(() => Int)
  idleInTransactionTimeoutMs!: number;

  @Field(() => Int)
  rowCap!: number;

  @Field(() => AuditModeEnum)
  auditMode!: AuditMode;

  @Field()
  createdAt!: Date;
}

@ObjectType()
export class DbConnectionConnection extends CountedPaged(DbConnection, 'DbConnection') {}
