import { PosternError } from '@postern/core/errors';
import { loadManifest, type Problem } from '@postern/core/roles';
import { z } from 'zod';
import { requireConnection } from '../connections/connection.queries.js';
import { type InputProblem, InvalidInput } from '../errors/invalid-input.js';
import { parseInput } from '../errors/parse-input.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { lockConnection, type ManifestRow, newestManifest } from './manifest.store.js';
import { startPlan } from './move-plan.js';
import type { PlanRow } from './plan.store.js';
import { manifestHash, storeManifest } from './store-manifest.js';

const BODY_MAX_BYTES = 4_000_000;
const manifestInput = z.strictObject({
  body: z
    .string()
    .min(1, 'must not be empty')
    .refine((text) => Buffer.byteLength(text) <= BODY_MAX_BYTES, 'must have at most 4 MB'),
  message: z.string().trim().max(500, 'must have at most 500 characters').default(''),
  /** The version that was edited: a newer one means that somebody else was faster. */
  baseVersion: z.number().int().nonnegative().nullish(),
});

/** What is wrong with a manifest, each with its place; empty when nothing is. */
export const manifestProblems = (body: string): readonly Problem[] => {
  const { desired, problems } = loadManifest(body, 'manifest');
  return desired === undefined ? problems : [];
};

function refuseInvalid(body: string): void {
  const [first, ...rest] = manifestProblems(body).map(
    ({ line, column, path, message, fix }): InputProblem => ({
      code: 'role_manifest.invalid',
      field: path === '' ? 'body' : `body.${path}`,
      message: `line ${line}, column ${column}: ${message}`,
      fix,
    }),
  );
  if (first !== undefined) throw new InvalidInput([first, ...rest.slice(0, 199)]);
}

/**
 * Stores the next version of a connection's manifest and asks for its plan. An unchanged text is no new version. The plan is
 * undefined while another one is being applied: it is made right after.
 */
export function saveManifest(
  db: TenantDb,
  actor: OrgActor,
  given: { connectionId: string; input: unknown },
): Promise<{ manifest: ManifestRow; plan: PlanRow | undefined }> {
  const { body, message, baseVersion } = parseInput(manifestInput, given.input);
  refuseInvalid(body);
  return db.withOrg(actor.orgId, async (tx) => {
    const connection = await requireConnection(tx, given.connectionId, 'connectionId');
    await lockConnection(tx, connection.id);
    const newest = await newestManifest(tx, connection.id);
    const version = newest?.version ?? 0;
    if (baseVersion !== undefined && baseVersion !== null && baseVersion !== version)
      throw new PosternError('role_manifest.invalid', `version ${version} was saved meanwhile`, {
        field: 'baseVersion',
        fix: 'reload it, and make your change again',
      });
    const isSame = newest !== null && newest.sha256 === manifestHash(body);
    const manifest = isSame
      ? newest
      : await storeManifest(tx, actor, connection, { body, message, version: version + 1 });
    const plan = await startPlan(tx, actor.orgId, connection.id, {
      by: actor,
      cause: isSame ? 'request' : 'manifest',
    });
    return { manifest, plan };
  });
}
