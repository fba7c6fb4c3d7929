import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PosternError } from '@postern/core/errors';
import type { ObjectDetails, ObjectKind } from '../../console/contract-catalog.js';
import { unavailable } from '../connect.js';
import { BrowseSession, type Rows } from './browse-session.js';
import { FOREIGN_KEYS, FUNCTIONS, RELATIONS, SEARCH_PATH } from './list-names.sql.js';
import { FINGERPRINT, OBJECTS, SCHEMAS } from './list-objects.sql.js';
import { readObject } from './read-object.js';
import { cancelSession, readSessions, type SessionRow } from './read-sessions.js';

const gzipped = promisify(gzip);

/** A list as it goes to browsers: packed once, for all of them. */
export interface PackedList {
  /** Differs whenever the list does. */
  readonly etag: string;
  readonly gzip: Buffer;
}

interface KnownLists {
  readonly fingerprint: string;
  objects?: PackedList;
  names?: PackedList;
}

/** What a database has, for the console: read by the connection's own login, for all who may see the connection. */
export class Browse {
  readonly #slug: string;
  readonly #session: BrowseSession;
  #known: KnownLists | undefined;

  constructor(of: { readonly slug: string; readonly url: string }) {
    this.#slug = of.slug;
    this.#session = new BrowseSession(of);
  }

  /** Objects of all schemas of people's own (console/contract-catalog.ts, objectsResponse). */
  objects(): Promise<PackedList> {
    return this.#list('objects', async (rows) => ({
      schemas: await rows(SCHEMAS),
      objects: (await rows<object>(OBJECTS)).map(withoutNulls),
    }));
  }

  /** What the editor completes (namesResponse). */
  names(): Promise<PackedList> {
    return this.#list('names', async (rows) => ({
      searchPath: await this.#searchPath(rows),
      relations: (await rows<object>(RELATIONS)).map(withoutNulls),
      foreignKeys: await rows(FOREIGN_KEYS),
      functions: (await rows<object>(FUNCTIONS)).map(withoutNulls),
    }));
  }

  object(kind: ObjectKind, oid: number): Promise<ObjectDetails | undefined> {
    return this.#reading((rows) => readObject(rows, kind, oid));
  }

  sessions(): Promise<SessionRow[]> {
    return this.#reading((rows) => readSessions(rows));
  }

  /** Cancels what a session of that name does. */
  cancel(pid: number, name: string): Promise<void> {
    return this.#reading((rows) => cancelSession(rows, pid, name));
  }

  stop(): Promise<void> {
    return this.#session.stop();
  }

  #list(name: 'objects' | 'names', read: (rows: Rows) => Promise<object>): Promise<PackedList> {
    return this.#reading(async (rows) => {
      const fingerprint = (await rows<{ fingerprint: string }>(FINGERPRINT))[0]?.fingerprint ?? '';
      if (this.#known?.fingerprint !== fingerprint) this.#known = { fingerprint };
      const known = this.#known;
      known[name] ??= await packed(await read(rows));
      return known[name];
    });
  }

  /** That of a new session of the same login: this one's is empty. */
  async #searchPath(rows: Rows): Promise<readonly string[]> {
    await rows('begin read only');
    try {
      await rows('set local search_path to default');
      return (await rows<{ path: string[] }>(SEARCH_PATH))[0]?.path ?? [];
    } finally {
      await rows('commit');
    }
  }

  async #reading<T>(work: (rows: Rows) => Promise<T>): Promise<T> {
    try {
      return await this.#session.use(work);
    } catch (error) {
      if (error instanceof PosternError) throw error;
      throw Object.assign(unavailable(this.#slug, 'its catalog could not be read in time'), { cause: error });
    }
  }
}

async function packed(list: object): Promise<PackedList> {
  const text = JSON.stringify(list);
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  return { etag, gzip: await gzipped(text, { level: 5 }) };
}

/** Most columns of most rows are NULL: absent is shorter. */
const withoutNulls = (row: object): object =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
