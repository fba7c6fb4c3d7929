import { PosternError } from '@postern/core/errors';
import { guardNames } from '@postern/core/policy';
import { type Catalog, compileCatalog } from '@postern/core/sql';
import { CatalogReader } from './catalog-reader.js';
import { CheckQueue } from './check-queue.js';
import { cheapestOf, deadline, TimedOut } from './time-limits.js';

/** A check younger than this still counts when the next one does not end in time. */
const STALE_MS = 10_000;
const IDLE_MS = 60_000;
const LOOK_MS = 10_000;
const READ_MS = 120_000;
/** Of its time the agent looks at a database's catalogs at most one in this many, once looking is not cheap any more. */
const SPACING = 10;
const CHEAP_MS = 20;

/** A look that began so long ago serves the statements of now as well … */
const SHARED_MS = 5;
/** … but not while a session may still be committing that the agent has left. */
const SETTLING_MS = 10_000;

/** A session through which the catalog may be changed, at any time as long as it is open. */
export interface Changer {
  /** Why it is over. */
  readonly ended: string | undefined;
}

/** `isFresh`: nothing in it is older than the request. */
export interface CurrentCatalog {
  readonly catalog: Catalog;
  readonly isFresh: boolean;
}

interface Known {
  readonly catalog: Catalog;
  /** Undefined: of a session that has ended, maybe with another server. */
  readonly snapshot: string | undefined;
  /** Undefined: it changed while it was read. */
  readonly fingerprint: string | undefined;
  /** When to read it again because locks kept a part of it from being read. */
  readonly completeAfter: number | undefined;
  /** When the look began that found it current. */
  checkedAt: number;
}

/**
 * The catalog of one database as it is now, for everybody. Each request costs one short query (has any transaction ended?),
 * and only when one did a look at the catalogs themselves; only when those changed are they read again. All of them:
 * a rename here changes the text of a definition there.
 */
export class LiveCatalog {
  readonly #slug: string;
  readonly #url: string;
  readonly #queue: CheckQueue;
  /** Sessions may be guard roles, to whom `"$user"` is a schema called as they are. */
  readonly #otherUsers: readonly string[];
  #reader: CatalogReader | undefined;
  #known: Known | undefined;
  /** Sessions keep the search_path that they began with, so all that were seen count. */
  readonly #searchPath = new Set<string>();
  readonly #looks: number[] = [];
  #isSuspect = false;
  readonly #changers = new Set<Changer>();
  /** Looks that began before it are nobody else's. */
  #sharedFrom = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: { slug: string; url: string; waitMs: number }) {
    this.#slug = options.slug;
    this.#url = options.url;
    this.#otherUsers = [...guardNames(options.slug)];
    this.#queue = new CheckQueue((isForced, done) => this.#glance(isForced, done), options.waitMs);
  }

  /** Waits a bounded time; throws `connection.unavailable` when the catalog is not known well enough then. `force`: whatever it costs. */
  current({ force = false } = {}): Promise<CurrentCatalog> {
    return new Promise((resolve, reject) => this.whenCurrent(resolve, reject, { force }));
  }

  /** The same without a promise: calls one of the two. Neither may throw. */
  whenCurrent(
    then: (current: CurrentCatalog) => void,
    failed: (error: PosternError) => void,
    { force = false } = {},
  ): void {
    if (this.#isStopped) {
      failed(new PosternError('connection.unavailable', 'the agent is stopping'));
      return;
    }
    const askedAt = performance.now();
    const tell = (error?: unknown): void => {
      const known = this.#known;
      const isUsable = error === undefined || performance.now() - (known?.checkedAt ?? 0) <= STALE_MS;
      if (known && isUsable) then({ catalog: known.catalog, isFresh: known.checkedAt >= askedAt });
      else failed(error instanceof PosternError ? error : this.#unavailable(error));
    };
    this.#queue.join(force, tell);
  }

  /**
   * The catalog that a look of the last few milliseconds found current. Only while nobody who came through this agent can have changed it
   * since: as long as such a session is open, each statement has a look that began after it had come.
   */
  shared(): Catalog | undefined {
    const now = performance.now();
    const known = this.#known;
    if (!this.#isGlanceEnough(known, now) || now - known.checkedAt > SHARED_MS) return undefined;
    this.#leaveEnded(now);
    return this.#changers.size === 0 && known.checkedAt >= this.#sharedFrom ? known.catalog : undefined;
  }

  /** Something that may change it is about to run there. */
  changedBy(session: Changer): void {
    if (this.#changers.has(session)) return;
    this.#leaveEnded(performance.now());
    this.#changers.add(session);
  }

  #leaveEnded(now: number): void {
    for (const changer of this.#changers) {
      if (changer.ended === undefined) continue;
      this.#changers.delete(changer);
      this.#sharedFrom = now + SETTLING_MS;
    }
  }

  /** Something that may have changed it has run: whoever asks next gets a look, whatever it costs. */
  suspect(): void {
    this.#isSuspect = true;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#idleTimer);
    await this.#close();
  }

  /**
   * The short question first: where no transaction has ended since the last look, nothing can have changed. It is asked so often that it
   * goes without promises.
   */
  #glance(isForced: boolean, done: (error?: unknown) => void): void {
    const check = (): undefined => void this.#check(isForced).then(() => done(), done);
    const startedAt = performance.now();
    const reader = this.#reader;
    const known = this.#known;
    if (reader === undefined || !this.#isGlanceEnough(known, startedAt)) {
      check();
      return;
    }
    let isOver = false;
    const limit = setTimeout(() => reader.destroy(), LOOK_MS);
    reader.glance((snapshot) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(limit);
      if (snapshot instanceof Error) {
        reader.destroy();
        if (this.#reader === reader) this.#reader = undefined;
      }
      if (snapshot !== known.snapshot || this.#known !== known) return check();
      known.checkedAt = startedAt;
      this.#usedNow();
      done();
    });
  }

  #isGlanceEnough(known: Known | undefined, now: number): known is Known {
    if (known?.fingerprint === undefined || known.snapshot === undefined || this.#isStopped) return false;
    if (known.catalog.data.searchPath.length !== this.#searchPath.size) return false;
    return known.completeAfter === undefined || now <= known.completeAfter;
  }

  async #check(isForced: boolean): Promise<void> {
    this.#usedNow();
    const isReused = this.#reader !== undefined;
    const force = isForced || this.#isSuspect;
    this.#isSuspect = false;
    try {
      await this.#look(force);
    } catch (error) {
      this.#isSuspect ||= force;
      this.#reader = undefined;
      // The session may have ended while nobody used it.
      if (!isReused || error instanceof TimedOut || this.#isStopped) throw error;
      await this.#look(force);
    }
  }

  /** A session that nobody has used for a while ends. */
  #usedNow(): void {
    if (this.#isStopped) return;
    if (this.#idleTimer === undefined) this.#idleTimer = setTimeout(() => this.#idle(), IDLE_MS).unref();
    else this.#idleTimer.refresh();
  }

  #idle(): void {
    this.#idleTimer = undefined;
    if (this.#queue.isRunning) this.#usedNow();
    else void this.#close();
  }

  async #look(isForced: boolean): Promise<void> {
    const startedAt = performance.now();
    const { snapshot, searchPath } = await this.#with((reader) => reader.position(), LOOK_MS);
    const known = this.#known;
    for (const schema of searchPath) this.#searchPath.add(schema);
    const isSamePath = known?.catalog.data.searchPath.length === this.#searchPath.size;
    const isDue = known?.completeAfter !== undefined && startedAt > known.completeAfter;
    if (known?.fingerprint !== undefined && isSamePath && !isDue) {
      if (snapshot === known.snapshot) {
        this.#known = { ...known, checkedAt: startedAt };
        return;
      }
      if (!isForced && this.#isTooSoon(known)) return;
      const fingerprint = await this.#fingerprint();
      if (fingerprint === known.fingerprint) {
        this.#known = { ...known, snapshot, checkedAt: startedAt };
        return;
      }
    }
    await this.#read(snapshot, startedAt);
  }

  async #read(snapshot: string, checkedAt: number): Promise<void> {
    const startedAt = performance.now();
    const { data, isPartial, fingerprint } = await this.#with((reader) => reader.read(), READ_MS);
    const now = performance.now();
    const completeAfter = isPartial ? now + (now - startedAt) * SPACING : undefined;
    for (const schema of data.searchPath) this.#searchPath.add(schema);
    if (this.#known && settingsIn(fingerprint) !== settingsIn(this.#known.fingerprint))
      await this.#lookAnew();
    const searchPath = [...this.#searchPath];
    const version = JSON.stringify([data.version, ...searchPath]);
    const known = this.#known?.catalog;
    const catalog =
      known?.data.version === version
        ? known
        : compileCatalog({ ...data, version, searchPath, otherUsers: this.#otherUsers });
    this.#known = { catalog, snapshot, fingerprint, completeAfter, checkedAt };
  }

  /** Settings of a login count from the start of a session. */
  async #lookAnew(): Promise<void> {
    await this.#close();
    const { searchPath } = await this.#with((reader) => reader.position(), LOOK_MS);
    for (const schema of searchPath) this.#searchPath.add(schema);
  }

  async #fingerprint(): Promise<string> {
    const startedAt = performance.now();
    const fingerprint = await this.#with((reader) => reader.fingerprint(), LOOK_MS);
    this.#looks.push(performance.now() - startedAt);
    if (this.#looks.length > 8) this.#looks.shift();
    return fingerprint;
  }

  #isTooSoon({ checkedAt }: Known): boolean {
    const cost = cheapestOf(this.#looks);
    return cost > CHEAP_MS && performance.now() - checkedAt < cost * SPACING;
  }

  /** A reader that failed or took too long is not used again. */
  async #with<T>(use: (reader: CatalogReader) => Promise<T>, limitMs: number): Promise<T> {
    if (this.#isStopped) throw new Error('stopped');
    const reader = this.#reader ?? (await this.#open());
    try {
      if (this.#isStopped) throw new Error('stopped');
      return await deadline(use(reader), limitMs);
    } catch (error) {
      reader.destroy();
      if (this.#reader === reader) this.#reader = undefined;
      throw error;
    }
  }

  async #open(): Promise<CatalogReader> {
    const reader = await CatalogReader.open(this.#slug, this.#url);
    this.#reader = reader;
    if (this.#known) this.#known = { ...this.#known, snapshot: undefined };
    return reader;
  }

  async #close(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.close();
  }

  #unavailable(cause: unknown): PosternError {
    const why =
      cause instanceof TimedOut ? 'could not be read in time' : 'is not readable for the agent at the moment';
    const message = `the catalog of \`${this.#slug}\` ${why}, so it is not known what the statement would run`;
    const fix = 'run it again in a moment; if it stays like this, tell an administrator';
    return Object.assign(new PosternError('connection.unavailable', message, { fix }), { cause });
  }
}

/** The last part of a fingerprint: settings of roles and databases. */
const settingsIn = (fingerprint: string | undefined): string | undefined => fingerprint?.split(' ').at(-1);
