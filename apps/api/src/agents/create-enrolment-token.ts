import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { hashOf, newSecret } from '../auth/session.js';
import { requireEnvironment } from '../environments/environment.queries.js';
import { input, parseInput } from '../errors/parse-input.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { type EnrolmentTokenRow, insertToken } from './enrolment-token.store.js';

const LIFETIME_MS = 3_600_000;
/** A token with which one agent may enrol in one environment, once, within the hour. */
@Injectable()
export class CreateEnrolmentToken {
  constructor(private readonly db: TenantDb) {}

  async run(
    actor: OrgActor,
    asked: { environmentId: string; name: string },
  ): Promise<{ enrolmentToken: EnrolmentTokenRow; token: string }> {
    const { name } = parseInput(z.object({ name: input.name }), { name: asked.name });
    const secret = newSecret('pet_');
    const enrolmentToken = await this.db.withOrg(actor.orgId, async (tx) => {
      const environment = await requireEnvironment(tx, asked.environmentId, 'environmentId');
      const token = await insertToken(tx, {
        id: uuidv7(),
        orgId: actor.orgId,
        environmentId: environment.id,
        name,
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
