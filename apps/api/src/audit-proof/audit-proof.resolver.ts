import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { PosternError } from '@postern/core/errors';
import { z } from 'zod';
import { OrgRole } from '../auth/access.js';
import { Actor } from '../auth/actor.decorator.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { AuditChain, AuditKeeping, AuditKeepingPreview, AuditVerification } from './audit-proof.type.js';
import { getKeeping, previewKeeping, setKeeping } from './set-keeping.js';
import { VerifyChain } from './verify-chain.js';

const link = z.tuple([z.number().int().nonnegative(), z.string().regex(/^[0-9a-f]{64}$/)]);

@Resolver()
export class AuditProofResolver {
  constructor(
    private readonly verify: VerifyChain,
    private readonly db: TenantDb,
  ) {}

  @Query(() => [AuditChain])
  @OrgRole('auditor')
  auditChains(@Actor() actor: OrgActor): Promise<AuditChain[]> {
    return this.verify.chains(actor);
  }

  @Query(() => AuditVerification, {
    description:
      'Checks a chain, or what of it lies between `from` and `to`, page by page: pass `cursor` on until it is null. Stops at the first thing wrong.',
  })
  @OrgRole('auditor')
  async verifyAudit(
    @Actor() actor: OrgActor,
    @Args('chain', { type: () => ID }) chain: string,
    @Args('from', { type: () => Date, nullable: true }) from: Date | null,
    @Args('to', { type: () => Date, nullable: true }) to: Date | null,
    @Args('cursor', { type: () => String, nullable: true }) cursor: string | null,
  ): Promise<AuditVerification> {
    const after = cursor ? readCursor(cursor) : undefined;
    const page = await this.verify.page(actor, {
      chain,
      from: from ?? undefined,
      to: to ?? undefined,
      after,
    });
    const { checked, anchors, last, toSeq, isDone, problem } = page;
    const next = Buffer.from(JSON.stringify([last.seq, last.hash])).toString('base64url');
    return {
      ...{ checked, anchors, upToSeq: last.seq, toSeq },
      ...{ cursor: isDone ? null : next, problem: problem ?? null },
    };
  }

  @Query(() => AuditKeeping)
  @OrgRole('auditor')
  auditKeeping(@Actor() actor: OrgActor): Promise<AuditKeeping> {
    return getKeeping(this.db, actor);
  }

  @Query(() => AuditKeepingPreview)
  @OrgRole('auditor')
  auditKeepingPreview(
    @Actor() actor: OrgActor,
    @Args('retentionDays', { type: () => Int }) retentionDays: number,
  ): Promise<AuditKeepingPreview> {
    return previewKeeping(this.db, actor, retentionDays);
  }

  @Mutation(() => AuditKeeping, {
    description: 'How long audit events are kept, and a hold that keeps all of them whatever that says.',
  })
  @OrgRole('owner')
  setAuditKeeping(
    @Actor() actor: OrgActor,
    @Args('retentionDays', { type: () => Int, nullable: true }) retentionDays: number | null,
    @Args('hold', { type: () => String, nullable: true }) hold: string | null,
  ): Promise<AuditKeeping> {
    return setKeeping(this.db, actor, { retentionDays: retentionDays ?? null, hold: hold ?? null });
  }
}

function readCursor(cursor: string): { seq: number; hash: string } {
  try {
    const [seq, hash] = link.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { seq, hash };
  } catch {
    throw new PosternError('input.invalid', `\`${cursor.slice(0, 100)}\` is no cursor of a verification`, {
      field: 'cursor',
      fix: 'pass `cursor` of the page before, unchanged',
    });
  }
}
