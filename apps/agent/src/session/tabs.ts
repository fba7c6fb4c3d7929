import { PosternError } from '@postern/core/errors';
import type { Allowed, PermissionMask } from '@postern/core/policy';
import { isSameKind, unavailable } from '../targets/connect.js';
import type { TableFacts } from '../targets/describe-table.js';
import { OwnName } from '../targets/own-name.js';
import type { Seat } from '../targets/seats.js';
import type { Target } from '../targets/target.js';
import type { TargetSession } from '../targets/target-session.js';

const IDLE_MS = 10 * 60_000;

/** Whose tab it is: one sign-in of one person. */
export interface Owner {
  readonly consoleSession: string;
  readonly principalId: string;
  readonly email: string;
}

/** Why a run must not go on. */
export type StopReason = 'cancelled' | 'access_changed' | 'shutting_down';

/** A run was stopped while nothing of it was in the database. */
export class RunStopped extends Error {
  override readonly name = 'RunStopped';
}

/** A text on its way through a tab. */
export class Run {
  readonly tab: Tab;
  /** What the text needs; known once it is classified. */
  required: PermissionMask = 0;
  #stopped: StopReason | undefined;
  readonly #onStop = new Set<() => void>();

  constructor(tab: Tab) {
    this.tab = tab;
  }

  get stopped(): StopReason | undefined {
    return this.#stopped;
  }

  stop(reason: StopReason): void {
    this.#stopped ??= reason;
    for (const told of this.#onStop) told();
    void this.tab.session?.cancel();
  }

  /** Calls back at once when the run is stopped. */
  whenStopped(told: () => void): void {
    this.#onStop.add(told);
    if (this.#stopped) told();
  }

  /** What is waited for, or {@link RunStopped} as soon as the run is stopped: nobody waits for the rest. */
  async unlessStopped<T>(wanted: Promise<T>): Promise<T> {
    let told: () => void = () => undefined;
    const stopped = new Promise<never>((_, reject) => {
      told = () => reject(new RunStopped('stopped'));
    });
    this.whenStopped(told);
    try {
      return await Promise.race([wanted, stopped]);
    } finally {
      this.#onStop.delete(told);
    }
  }
}

/** A console tab on a connection: a database session of its own, kept between runs. */
interface Tab {
  readonly owner: Owner;
  readonly name: string;
  readonly slug: string;
  session: TargetSession | undefined;
  /** Held as long as it may have a session. */
  seat: Seat | undefined;
  run: Run | undefined;
  lastUsedAt: number;
  /** Closed while a text was on its way: the session ends when that is done. */
  isClosed: boolean;
}

const newTab = (owner: Owner, name: string, slug: string): Tab => ({
  owner,
  name,
  slug,
  session: undefined,
  seat: undefined,
  run: undefined,
  lastUsedAt: 0,
  isClosed: false,
});

/** What a person may do on a connection now; undefined: nothing, so their sessions end. */
export type Judge = (owner: Owner, slug: string) => Allowed | undefined;

/** A session that is still being opened for a run that was stopped: it is ended as soon as it is there. */
function leave(tab: Tab, opening: Promise<TargetSession>): void {
  const { seat } = tab;
  tab.seat = undefined;
  void opening
    .then((session) => session.close('cancelled while it was opened'))
    .catch(() => undefined)
    .finally(() => seat?.release());
}

const keyOf = (owner: Owner, name: string, slug: string): string =>
  JSON.stringify([owner.consoleSession, name, slug]);

const steadyNow = (): number => performance.now();

/** All open tabs, and the only place where database sessions begin and end. */
export class Tabs {
  readonly #targets: ReadonlyMap<string, Target>;
  readonly #tabs = new Map<string, Tab>();
  #isClosing = false;

  constructor(targets: ReadonlyMap<string, Target>) {
    this.#targets = targets;
  }

  /** Takes the tab for one run; a tab that is still running takes no second one. */
  begin(owner: Owner, name: string, slug: string): Run {
    const key = keyOf(owner, name, slug);
    if (this.#isClosing) throw new PosternError('connection.unavailable', 'the agent is stopping', {});
    const tab = this.#tabs.get(key) ?? newTab(owner, name, slug);
    if (tab.run) {
      throw new PosternError('input.invalid', 'this tab is still running a statement', {
        field: 'tab',
        fix: 'wait for it, cancel it, or use another tab',
      });
    }
    this.#tabs.set(key, tab);
    tab.run = new Run(tab);
    return tab.run;
  }

  end(run: Run): void {
    const { tab } = run;
    tab.run = undefined;
    tab.lastUsedAt = steadyNow();
    if (tab.isClosed) void tab.session?.close('the tab was closed');
    if (tab.isClosed || tab.session === undefined || tab.session.ended !== undefined) this.#forget(tab);
  }

  /** The tab's session, opened where there is none or where its walls are the wrong ones. */
  async session(run: Run, decision: Allowed): Promise<TargetSession> {
    const { tab } = run;
    const existing = tab.session;
    if (existing && existing.ended === undefined && isSameKind(existing, decision)) return existing;
    await existing?.close('its access changed');
    const target = this.#targets.get(tab.slug);
    if (!target) throw unavailable(tab.slug, 'this agent is not configured for it');
    tab.seat ??= target.seats.take(tab.owner.principalId);
    const opening = target.open(decision, new OwnName(tab.owner.email));
    try {
      const opened = await run.unlessStopped(opening);
      tab.session = opened;
      return opened;
    } catch (error) {
      if (error instanceof RunStopped) leave(tab, opening);
      throw error;
    }
  }

  /** The tab's database session, where it has one. */
  opened(owner: Owner, name: string, slug: string): TargetSession | undefined {
    const session = this.#tabs.get(keyOf(owner, name, slug))?.session;
    return session?.ended === undefined ? session : undefined;
  }

  /** Looks at a table in the tab's own session; undefined where there is none. The tab takes no run meanwhile. */
  async describeTable(
    owner: Owner,
    name: string,
    slug: string,
    oid: number,
  ): Promise<TableFacts | undefined> {
    const session = this.opened(owner, name, slug);
    if (!session) return undefined;
    const run = this.begin(owner, name, slug);
    try {
      return await session.describeTable(oid);
    } finally {
      this.end(run);
    }
  }

  /** Cancels what runs in the person's tab. */
  cancel(owner: Owner, name: string): void {
    for (const tab of this.#of(owner.consoleSession, name)) tab.run?.stop('cancelled');
  }

  async close(owner: Owner, name: string): Promise<void> {
    await Promise.all(
      this.#of(owner.consoleSession, name).map((tab) => this.#end(tab, 'cancelled', 'the tab was closed')),
    );
  }

  /** A sign-in is over: so are its tabs. */
  async closeAllOf(consoleSession: string): Promise<void> {
    await Promise.all(this.#of(consoleSession).map((tab) => this.#end(tab, 'cancelled', 'signed out')));
  }

  /** Applies a change of policy to what is open: lost access and a changed wall end the session, a lost permission the run. */
  reevaluate(judge: Judge): void {
    for (const tab of this.#tabs.values()) {
      const access = judge(tab.owner, tab.slug);
      if (!access || (tab.session && !isSameKind(tab.session, access))) {
        void this.#end(tab, 'access_changed', 'your access changed');
      } else if (tab.run && (tab.run.required & ~access.held) !== 0) {
        tab.run.stop('access_changed');
      }
    }
  }

  /** Ends sessions that nobody used for a while, and forgets those that the database ended. */
  async closeIdle(): Promise<void> {
    const before = steadyNow() - IDLE_MS;
    for (const tab of this.#tabs.values()) {
      if (tab.run) continue;
      if (tab.lastUsedAt < before || tab.session?.ended !== undefined)
        await this.#end(tab, 'cancelled', 'idle for too long');
    }
  }

  /** Ends everything: running statements are cancelled first. */
  async stop(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(
      [...this.#tabs.values()].map((tab) => this.#end(tab, 'shutting_down', 'the agent stops')),
    );
  }

  /** Statements on their way. */
  get running(): number {
    return [...this.#tabs.values()].filter((tab) => tab.run).length;
  }

  #of(consoleSession: string, name?: string): Tab[] {
    return [...this.#tabs.values()].filter(
      (tab) => tab.owner.consoleSession === consoleSession && (name === undefined || tab.name === name),
    );
  }

  async #end(tab: Tab, reason: StopReason, text: string): Promise<void> {
    if (tab.run) {
      tab.isClosed = true;
      tab.run.stop(reason);
      await tab.session?.cancel();
    }
    await tab.session?.close(text);
    if (!tab.run) this.#forget(tab);
  }

  #forget(tab: Tab): void {
    tab.seat?.release();
    tab.seat = undefined;
    for (const [key, value] of this.#tabs) if (value === tab) this.#tabs.delete(key);
  }
}
