import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { type AnchorRow, listUnkept, noteKept } from './anchor.store.js';
import { putAnchor } from './object-store.js';

/**
 * Copies of anchors where whoever can change the database should not be able to change them: a folder, an object store, or both.
 * What could not be copied is tried again with the next run, so an outage delays copies and loses none.
 */
@Injectable()
export class KeepAnchors {
  constructor(
    private readonly db: TenantDb,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async run(orgId: string): Promise<void> {
    const { auditAnchorDir, auditAnchorStore } = this.config;
    if (auditAnchorDir === undefined && auditAnchorStore === undefined) return;
    for (const anchor of await this.db.withOrgClient(orgId, listUnkept)) {
      if (auditAnchorDir !== undefined) await appendOnce(auditAnchorDir, orgId, anchor);
      if (auditAnchorStore !== undefined) await putAnchor(auditAnchorStore, orgId, anchor);
      await this.db.withOrgClient(orgId, (client) => noteKept(client, anchor.number));
    }
  }
}

/** One line an anchor; it may stand there already where a worker ended before it could note that. */
async function appendOnce(folder: string, orgId: string, { jws }: AnchorRow): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${orgId}.jws`);
  const there = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (!there.split('\n').includes(jws)) await appendFile(file, `${jws}\n`, { mode: 0o600 });
}
