import { Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import { Clock } from '../clock.js';
import { listAllEnvironments } from '../environments/environment.queries.js';
import { pgCodeOf } from '../errors/pg-error.js';
import { isUuid } from '../graphql/ids.js';
import { groupIdsBySlug, peopleByGroup } from '../groups/group.queries.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { type AuditConditions, type AuditSearch, checkSearch, conditionsOf } from './audit-filter.js';
import {
  type AuditKey,
  type AuditRow,
  boundSearch,
  findRow,
  type SearchPage,
  searchRows,
} from './search.store.js';
import { type AuditSummary, summarize } from './summary.store.js';

const QUERY_CANCELED = '57014';
const BUCKETS_MAX = 120;

/** Reads of the audit trail. Newest first; the end of a statement belongs to its decision and is listed only when asked for. */
@Injectable()
export class AuditQueries {
  constructor(
    private readonly db: TenantDb,
    private readonly clock: Clock,
  ) {}

  /** A checked search with the ids that its short names stand for. */
  async conditions(actor: OrgActor, search: AuditSearch): Promise<AuditConditions> {
    checkSearch(search);
    const people = search.group === undefined ? undefined : await this.membersOf(actor, search.group);
    const alone = search.actorId === undefined ? undefined : [search.actorId];
    const actorIds = alone && people ? alone.filter((id) => people.includes(id)) : (alone ?? people);
    const environmentId =
      search.environment === undefined ? undefined : await this.environmentId(actor, search.environment);
    return conditionsOf(search, {
      ...(actorIds === undefined ? {} : { actorIds }),
      ...(environmentId === undefined ? {} : { environmentId }),
    });
  }

  /** Events of one page of {@link conditions}. */
  async page(actor: OrgActor, conditions: AuditConditions, page: SearchPage): Promise<AuditRow[]> {
    if (page.cursor && !isKey(page.cursor))
      throw new PosternError('input.invalid', 'the cursor is not one of this list', {
        field: page.newer ? 'before' : 'after',
        fix: 'pass a cursor of `pageInfo` unchanged',
      });
    return inTime(this.db.withOrgClient(actor.orgId, (client) => searchRows(client, conditions, page)));
  }

  async summary(actor: OrgActor, search: AuditSearch, buckets: number): Promise<AuditSummary> {
    if (buckets < 1 || buckets > BUCKETS_MAX)
      throw new PosternError('input.invalid', `\`buckets\` is ${buckets}`, {
        field: 'buckets',
        fix: `ask for 1 to ${BUCKETS_MAX}`,
      });
    const conditions = await this.conditions(actor, search);
    const asked = { buckets, now: this.clock.now() };
    const summary = await boundedRead(this.db, actor.orgId, (client) => summarize(client, conditions, asked));
    const environments = await listAllEnvironments(this.db, actor);
    const named = (id: string) => environments.find((each) => each.id === id);
    return {
      ...summary,
      facets: summary.facets.map((facet) =>
        facet.name !== 'environment'
          ? facet
          : {
              ...facet,
              values: facet.values.flatMap(({ value, count }) => {
                const environment = named(value);
                return environment ? [{ value: environment.slug, label: environment.name, count }] : [];
              }),
            },
      ),
    };
  }

  async byId(actor: OrgActor, id: string): Promise<AuditRow> {
    const row = isUuid(id)
      ? await this.db.withOrgClient(actor.orgId, (client) => findRow(client, id))
      : undefined;
    if (!row) throw new PosternError('audit.not_found', 'there is no such audit event', { field: 'id' });
    return row;
  }

  private async membersOf(actor: OrgActor, slug: string): Promise<string[]> {
    const id = await this.db.withOrg(actor.orgId, async (tx) => (await groupIdsBySlug(tx, [slug])).get(slug));
    if (id === undefined)
      throw new PosternError('group.not_found', `there is no group \`${slug}\` here`, {
        field: 'filter.group',
        fix: 'choose one of the list of groups',
      });
    return ((await peopleByGroup(this.db, actor.orgId, [id])).get(id) ?? []).map((person) => person.id);
  }

  private async environmentId(actor: OrgActor, slug: string): Promise<string> {
    const found = (await listAllEnvironments(this.db, actor)).find((each) => each.slug === slug);
    if (found) return found.id;
    throw new PosternError('environment.not_found', `there is no environment \`${slug}\` here`, {
      field: 'filter.environment',
      fix: 'choose one of the list of environments',
    });
  }
}

function isKey({ at, id }: AuditKey): boolean {
  return isUuid(id) && z.iso.datetime().safeParse(at).success;
}

/** Reads of the trail that are planned once and may not take long: what takes longer is `audit.too_broad`. */
export function boundedRead<T>(
  db: TenantDb,
  orgId: string,
  read: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const reading = db.withOrgClient(orgId, async (client) => {
    await boundSearch(client);
    return read(client);
  });
  return inTime(reading);
}

/** A search that PostgreSQL gave up on was too broad: whoever asked can do something about it. */
function inTime<T>(work: Promise<T>): Promise<T> {
  return work.catch((error) => {
    if (pgCodeOf(error) !== QUERY_CANCELED) throw error;
    throw new PosternError('audit.too_broad', 'the search took too long', {
      field: 'filter',
      fix: 'narrow the time, or add a person, a connection or a rarer word',
    });
  });
}
