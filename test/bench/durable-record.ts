import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface DurableRecords {
  append(): Promise<void>;
  close(): Promise<void>;
}

/** What a record of the audit trail takes of the disk alone: 600 bytes and an fdatasync, where the stack has its data. */
export async function durableRecords(): Promise<DurableRecords> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-append-'));
  const file = await open(join(dir, 'spool'), 'a');
  const record = Buffer.alloc(600, 'x');
  return {
    append: async () => {
      await file.write(record);
      await file.datasync();
    },
    close: async () => {
      await file.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
