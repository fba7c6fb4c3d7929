import { Injectable } from '@nestjs/common';
import { AUDIT_KINDS } from '@postern/core/audit';
import { PosternError } from '@postern/core/errors';
import { z } from 'zod';
import { isUuid } from '../graphql/ids.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { type AuditKey, type AuditRow, type AuditSearch, findRow, searchRows } from './search.store.js';

const TEXT_MAX = 500;

/** Reads of the audit trail. Newest first; the end of a statement belongs to its decision and is listed only when asked for. */
@Injectable()
export class AuditQueries {
  constructor(private readonly db: TenantDb) {}

  async search(
    actor: OrgActor,
    search: AuditSearch,
    before: AuditKey | undefined,
    limit: number,
  ): Promise<AuditRow[]> {
    checkSearch(search);
    if (before && !isKey(before))
      throw new PosternError('input.invalid', 'the cursor is not one of this list', {
        field: 'after',
        fix: 'pass `pageInfo.endCursor` of the page before, unchanged',
      });
    return this.db.withOrgClient(actor.orgId, (client) => searchRows(client, search, before, limit));
  }

  async byId(actor: OrgActor, id: string): Promise<AuditRow> {
    const row = isUuid(id)
      ? await this.db.withOrgClient(actor.orgId, (client) => findRow(client, id))
      : undefined;
    if (!row) throw new PosternError('audit.not_found', 'there is no such audit event', { field: 'id' });
    return row;
  }
}

function isKey({ at, id }: AuditKey): boolean {
  return isUuid(id) && z.iso.datetime().safeParse(at).success;
}

function checkSearch({ text, actor, connection, decision, kind }: AuditSearch): void {
  for (const [field, value] of Object.entries({ text, actor, connection })) {
    if (value === undefined || (value.length <= TEXT_MAX && !value.includes('\0'))) continue;
    throw new PosternError('input.invalid', `\`${field}\` is too long or holds a NUL character`, {
      field: `filter.${field}`,
      fix: `search for ${TEXT_MAX} characters at most`,
    });
  }
  if (decision !== undefined && decision !== 'allowed' && decision !== 'denied')
    throw new PosternError('input.invalid', `\`${decision}\` is no decision`, {
      field: 'filter.decision',
      fix: 'use `allowed` or `denied`',
    });
  if (kind !== undefined && !(AUDIT_KINDS as readonly string[]).includes(kind))
    throw new PosternError('input.invalid', `\`${kind}\` is no kind of event`, {
      field: 'filter.kind',
      fix: `use one of ${AUDIT_KINDS.map((known) => `\`${known}\``).join(', ')}`,
    });
}
