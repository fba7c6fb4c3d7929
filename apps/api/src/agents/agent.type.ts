import { Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { WireAddress as WireAddressMessage } from '@postern/protocol/heartbeat';
import { spoolFill } from '@postern/protocol/heartbeat';
import { CountedPaged } from '../graphql/page.js';
import type { AgentRow } from './agent.store.js';
import { AgentStatus, healthOf, statusOf, wireOf } from './agent-status.js';

registerEnumType(AgentStatus, { name: 'AgentStatus' });

@ObjectType()
export class AgentConnectionHealth {
  @Field() slug!: string;
  @Field() status!: string;
  @Field(() => String, { nullable: true }) detail?: string | undefined;
}

export const WireTlsEnum = { OFF: 'off', OFFERED: 'offered', REQUIRED: 'required' } as const satisfies Record<
  string,
  WireAddressMessage['tls']
>;
registerEnumType(WireTlsEnum, { name: 'WireTls' });

@ObjectType({ description: 'Where PostgreSQL clients reach an agent.' })
export class WireAddress {
  @Field() agentName!: string;
  @Field() isOnline!: boolean;
  @Field() host!: string;
  @Field(() => Int) port!: number;
  @Field(() => WireTlsEnum) tls!: WireAddressMessage['tls'];
}

@ObjectType({ description: 'How full the agent’s audit spool is, as it said last.' })
export class AgentSpool {
  @Field(() => Float) bytes!: number;
  @Field(() => Float, { nullable: true, description: 'Null: as much as the disk has.' })
  quotaBytes?: number | undefined;
  @Field({ description: 'ok, low (four fifths are taken) or full (nothing more is recorded).' })
  state!: string;
  @Field({ description: 'refuse or continue: what then happens to statements.' }) whenFull!: string;
  @Field(() => Int, { description: 'Events left out and not yet recorded as a gap.' }) lostEvents!: number;
  @Field(() => String, { nullable: true, description: 'When the oldest event happened that waits.' })
  oldestAt?: string | undefined;
}

@ObjectType()
export class Agent {
  orgId!: string;
  environmentId!: string;

  @Field(() => ID) id!: string;
  @Field() name!: string;
  @Field(() => AgentStatus) status!: AgentStatus;
  @Field() agentVersion!: string;
  @Field(() => Int) policyVersion!: number;
  @Field(() => Date, { nullable: true }) policyEnforcedAt!: Date | null;
  @Field() consoleUrl!: string;
  @Field(() => Int) spoolDepth!: number;
  @Field(() => Float) rssBytes!: number;
  @Field(() => [AgentConnectionHealth]) connections!: AgentConnectionHealth[];
  @Field(() => WireAddress, { nullable: true }) wire!: WireAddress | null;
  @Field(() => AgentSpool, { nullable: true }) spool!: AgentSpool | null;
  @Field() enrolledAt!: Date;
  @Field(() => Date, { nullable: true }) lastSeenAt!: Date | null;
  @Field(() => Date, { nullable: true }) revokedAt!: Date | null;
}

/** `AgentConnection`, Relay's name for a list of agents. */
@ObjectType('AgentConnection')
export class AgentPage extends CountedPaged(Agent, 'Agent') {}

@ObjectType()
export class EnrolmentToken {
  orgId!: string;
  environmentId!: string;

  @Field(() => ID) id!: string;
  @Field() name!: string;
  @Field() expiresAt!: Date;
  @Field(() => Date, { nullable: true }) usedAt!: Date | null;
  @Field() createdAt!: Date;
}

@ObjectType({ description: '`token` is shown once.' })
export class EnrolmentTokenPayload {
  @Field(() => EnrolmentToken) enrolmentToken!: EnrolmentToken;
  @Field() token!: string;
}

export function toAgent(row: AgentRow): Agent {
  const wire = wireOf(row.wire);
  const status = statusOf(row);
  return {
    ...row,
    status,
    rssBytes: Number(row.rssBytes),
    connections: healthOf(row.connections),
    spool: spoolFill.safeParse(row.spool).data ?? null,
    wire: wire && { ...wire, agentName: row.name, isOnline: status === AgentStatus.ONLINE },
  };
}
