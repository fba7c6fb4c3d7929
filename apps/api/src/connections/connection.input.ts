import { Field, InputType, Int } from '@nestjs/graphql';
import type { AuditMode } from './connection.store.js';
import { AuditModeEnum } from './connection.type.js';

@InputType()
export class ConnectionInput {
  @Field()
  name!: string;

  @Field(() => String, { nullable: true })
  description?: string;

  @Field(() => Int, { nullable: true })
  statementTimeoutMs?: number;

  @Field(() => Int, { nullable: true })
  lockTimeoutMs?: number;

  @Field(() => Int, { nullable: true })
  idleInTransactionTimeoutMs?: number;

  @Field(() => Int, { nullable: true })
  rowCap?: number;

  @Field(() => AuditModeEnum, { nullable: true })
  auditMode?: AuditMode;
}
