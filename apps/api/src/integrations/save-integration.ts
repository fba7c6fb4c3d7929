import { Inject, Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { v7 as uuidv7 } from 'uuid';
import { recordChange } from '../audit/record-change.js';
import { CONFIG, type Config } from '../config.js';
import { parseInput } from '../errors/parse-input.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { isPrivateDestination } from './destination.js';
import { type IntegrationView, requireIntegration, viewOf } from './integration.queries.js';
import {
  changeIntegration,
  countIntegrations,
  deleteIntegrationRow,
  type IntegrationRow,
  insertIntegration,
} from './integration.store.js';
import { type IntegrationInput, integrationInput } from './integration-input.js';
import { SecretBox } from './secret-box.js';
import { newWebhookSecret } from './webhook-signature.js';

/** Each is looked at every two seconds, and nobody reads a list of more. */
const MOST = 50;
/** How long the old secret signs beside the new one. */
const BOTH_SECRETS_MS = 24 * 3_600_000;

export interface SavedIntegration {
  integration: IntegrationView;
  /** Shown once. */
  secret: string | null;
}

/** Creates, changes and deletes integrations; each change is an event, and no secret is in it. */
@Injectable()
export class SaveIntegration {
  constructor(
    private readonly db: TenantDb,
    private readonly box: SecretBox,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async create(actor: OrgActor, given: IntegrationInput): Promise<SavedIntegration> {
    const { authorization, enabled: _, ...fields } = await this.parsed({ ...given, enabled: true });
    const id = uuidv7();
    const shown = fields.kind === 'webhook' ? newWebhookSecret() : null;
    const own = shown ?? (authorization || null);
    const secret = own === null ? null : await this.box.seal(own, id);
    return named(fields.name, () =>
      this.db.withOrg(actor.orgId, async (tx) => {
        if ((await countIntegrations(tx)) >= MOST)
          throw new PosternError('input.invalid', `there are ${MOST} integrations`, {
            field: 'name',
            fix: 'delete one that is no longer used',
          });
        const row = await insertIntegration(tx, { id, orgId: actor.orgId, ...fields, secret });
        await recordChange(tx, actor.orgId, {
          kind: 'integration.created',
          actor: auditActorOf(actor),
          target: targetOf(row),
          after: factsOf(row),
        });
        return { integration: await viewOf(tx, row), secret: shown };
      }),
    );
  }

  /** An `authorization` that is left out stays as it is; turning it on again forgets what had failed. */
  async update(actor: OrgActor, id: string, given: IntegrationInput): Promise<IntegrationView> {
    const { authorization, kind, ...fields } = await this.parsed(given);
    return named(fields.name, () =>
      this.db.withOrg(actor.orgId, async (tx) => {
        const before = await requireIntegration(tx, id);
        if (before.kind !== kind)
          throw new PosternError('input.invalid', 'an integration stays what it is', {
            field: 'kind',
            fix: 'create another one',
          });
        const secret = authorization ? { secret: await this.box.seal(authorization, before.id) } : {};
        const health = fields.enabled
          ? {
              disabledReason: null,
              failures: 0,
              failingSince: null,
              lastError: null,
              nextAttemptAt: new Date(),
            }
          : { disabledReason: before.disabledReason ?? 'turned off by hand' };
        const row = await changeIntegration(tx, before.id, { ...fields, ...secret, ...health });
        await recordChange(tx, actor.orgId, {
          kind: 'integration.updated',
          actor: auditActorOf(actor),
          target: targetOf(row),
          before: factsOf(before),
          after: { ...factsOf(row), ...(authorization ? { authorization: 'replaced' } : {}) },
        });
        return viewOf(tx, row);
      }),
    );
  }

  /** Refused here where it can be: one that is off may point anywhere. */
  private async parsed(given: IntegrationInput) {
    const { allowPrivateDestinations } = this.config;
    const parsed = parseInput(integrationInput(allowPrivateDestinations), given);
    if (
      parsed.enabled &&
      !allowPrivateDestinations &&
      (await isPrivateDestination(new URL(parsed.url).hostname))
    )
      throw new PosternError('input.invalid', 'the address is private', {
        field: 'url',
        fix: 'the control plane sends to public addresses only: give one that the internet can reach',
      });
    return parsed;
  }

  async delete(actor: OrgActor, id: string): Promise<void> {
    await this.db.withOrg(actor.orgId, async (tx) => {
      const row = await requireIntegration(tx, id);
      await deleteIntegrationRow(tx, row.id);
      await recordChange(tx, actor.orgId, {
        kind: 'integration.deleted',
        actor: auditActorOf(actor),
        target: targetOf(row),
        before: factsOf(row),
      });
    });
  }

  /** A new signing secret; for a day both sign, so that nothing is refused while the other side changes over. */
  async rotate(actor: OrgActor, id: string): Promise<SavedIntegration> {
    return this.db.withOrg(actor.orgId, async (tx) => {
      const before = await requireIntegration(tx, id);
      if (before.kind !== 'webhook')
        throw new PosternError('input.invalid', 'only webhooks have a signing secret', { field: 'id' });
      const secret = newWebhookSecret();
      const row = await changeIntegration(tx, before.id, {
        secret: await this.box.seal(secret, before.id),
        previousSecret: before.secret,
        previousSecretUntil: new Date(Date.now() + BOTH_SECRETS_MS),
      });
      await recordChange(tx, actor.orgId, {
        kind: 'integration.secret_rotated',
        actor: auditActorOf(actor),
        target: targetOf(row),
      });
      return { integration: await viewOf(tx, row), secret };
    });
  }
}

export const targetOf = (row: IntegrationRow) => ({ type: 'integration', id: row.id, label: row.name });

/** Addresses of webhooks are often secrets themselves: the trail names their host. */
const factsOf = (row: IntegrationRow) => ({
  name: row.name,
  kind: row.kind,
  host: new URL(row.url).host,
  format: row.format,
  eventTypes: row.eventTypes,
  enabled: row.enabled,
});

async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  return work().catch((error) => {
    if (violatedConstraint(error) !== 'integration_name_unique') throw error;
    throw new PosternError('integration.name_taken', `there is an integration \`${name}\` already`, {
      field: 'name',
      fix: 'choose another name',
    });
  });
}
