import { Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { hashOf, newSecret } from '../auth/session.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { environmentsById } from './agent.store.js';
import { type EnrolmentTokenRow, insertToken } from './enrolment-token.store.js';

const LIFETIME_MS = 3_600_000;
const tokenName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((name) => !name.includes('\0'));

/** A token with which one agent may enrol in one environment, once, within the hour. */
@Injectable()
export class CreateEnrolmentToken {
  constructor(private readonly db: TenantDb) {}

  async run(
    actor: OrgActor,
    input: { environmentId: string; name: string },
  ): Promise<{ enrolmentToken: EnrolmentTokenRow; token: string }> {
    const name = tokenName.safeParse(input.name);
    if (!name.success)
      throw new PosternError('input.invalid', 'the name must have 1 to 100 characters', {
        field: 'name',
        fix: 'name it after the machine that the agent will run on',
      });
    const secret = newSecret('pet_');
    const enrolmentToken = await this.db.withOrg(actor.orgId, async (tx) => {
      const [environment] = z.uuid().safeParse(input.environmentId).success
        ? await environmentsById(tx, [input.environmentId])
        : [];
      if (!environment)
        throw new PosternError('environment.not_found', 'there is no such environment', {
          field: 'environmentId',
        });
      const token = await insertToken(tx, {
        id: uuidv7(),
        orgId: actor.orgId,
        environmentId: environment.id,
        name: name.data,
        tokenHash: hashOf(secret),
        expiresAt: new Date(Date.now() + LIFETIME_MS),
      });
      await recordChange(tx, actor.orgId, {
        kind: 'enrolment_token.created',
        actor: auditActorOf(actor),
        target: { type: 'enrolment_token', id: token.id, label: token.name },
        after: { environment: environment.name, expiresAt: token.expiresAt.toISOString() },
      });
      return token;
    });
    return { enrolmentToken, token: secret };
  }
}
