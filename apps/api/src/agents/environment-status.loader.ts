import type { RequestContext } from '../graphql/context.js';
import { loaderOf } from '../graphql/loaders.js';
import {
  type EnvironmentStatus,
  type EnvironmentStatusQueries,
  NO_AGENTS,
} from './environment-status.queries.js';

/** What an environment's agents report, read once a request for all environments asked about. */
export function environmentStatus(
  queries: EnvironmentStatusQueries,
  context: RequestContext,
  { orgId, environmentId }: { orgId: string; environmentId: string },
): Promise<EnvironmentStatus> {
  const load = (ids: readonly string[]) => queries.byEnvironment(orgId, ids);
  return loaderOf(context, 'environment.status', orgId, load, NO_AGENTS).load(environmentId);
}

export function newestVersion(
  queries: EnvironmentStatusQueries,
  context: RequestContext,
  { orgId, environmentId }: { orgId: string; environmentId: string },
): Promise<number> {
  const load = (ids: readonly string[]) => queries.newestVersions(orgId, ids);
  return loaderOf(context, 'environment.version', orgId, load, 0).load(environmentId);
}
