import type { RunResponse } from '@postern/agent/console-contract';
import type { ErrorDetail } from '../api/client';
import type { StreamEnd } from '../api/stream';
import type { Values } from '../parameters/placeholders';
import type { ResultSet } from '../results/result-set';
import type { Shape } from '../results/shape';
import { followed, moved, type StepTo, type TrailTo } from './trail';
import type { TabView } from './view';

export type Transaction = RunResponse['transaction'];

/** A console tab: its text, and the database session of the same id that the agent keeps for it. */
export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly connection: string | null;
  readonly text: string;
  /** What of it the control plane keeps as a saved query; absent: nothing. */
  readonly savedText?: string | undefined;
  /** What it shows instead of an editor. */
  readonly view?: TabView | undefined;
  /** What placeholders in its text stood for last. */
  readonly parameters?: Values | undefined;
  /** As the agent last said. */
  readonly transaction: Transaction;
}

/** What came of a run. `error` after `results`: what ran before it is kept. */
export interface Outcome {
  /** Distinguishes two runs of the same text. */
  readonly id: number;
  /** The text that was sent, and where in the tab's text it began. */
  readonly sql: string;
  readonly offset: number;
  /** The line of the tab's text, from 1, on which it began. */
  readonly firstLine: number;
  readonly connection: string;
  /** What its placeholders stood for. */
  readonly parameters?: Values | undefined;
  /** What the statement was made from, where the console wrote it to filter and sort. */
  readonly shape?: Shape | undefined;
  /** Everything the person waited for. */
  readonly elapsedMs: number;
  readonly results: readonly ResultSet[];
  readonly error: ErrorDetail | null;
  readonly auditId: string | null;
  /** Where it ran. */
  readonly place?: StreamEnd['place'] | undefined;
}

/** A result that stays while others come. */
export interface Pin {
  readonly outcome: Outcome;
  readonly result: ResultSet;
}

export type Step = StepTo<Outcome>;
export type Trail = TrailTo<Outcome>;

export interface Running {
  readonly startedAt: number;
  readonly isCancelling: boolean;
}

export interface Workspace {
  readonly tabs: readonly Tab[];
  readonly activeId: string;
  /** Most recently closed first. */
  readonly closed: readonly Tab[];
  readonly running: Readonly<Record<string, Running>>;
  readonly outcomes: Readonly<Record<string, Outcome>>;
  readonly pinned: Readonly<Record<string, readonly Pin[]>>;
  /** Of tabs in which rows were followed to others. */
  readonly trails: Readonly<Record<string, Trail>>;
}

export type Action =
  | { type: 'open'; tab: Tab }
  | { type: 'close'; id: string; spare: Tab }
  | { type: 'reopen' }
  | { type: 'activate'; id: string }
  /** Before the tab that stands there now. */
  | { type: 'move'; id: string; to: number }
  | {
      type: 'change';
      id: string;
      change: Partial<
        Pick<Tab, 'title' | 'connection' | 'text' | 'savedText' | 'transaction' | 'parameters'>
      >;
    }
  /** Whatever is run anew ends a trail. */
  | { type: 'started'; id: string; at: number; keepsTrail?: boolean }
  | { type: 'follow'; id: string; from: Step; label: string }
  | { type: 'step'; id: string; by: number }
  /** Signed out: the agent has ended every session. */
  | { type: 'sessions-ended' }
  | { type: 'pin'; id: string; pin: Pin }
  | { type: 'unpin'; id: string; result: ResultSet }
  | { type: 'close-result'; id: string; result: ResultSet }
  | { type: 'cancelling'; id: string }
  /** There is something to show before the end. */
  | { type: 'progress'; id: string; outcome: Outcome }
  /** A null outcome leaves what is shown: COMMIT and ROLLBACK by button. */
  | { type: 'finished'; id: string; outcome: Outcome | null; transaction?: Transaction };

const CLOSED_KEPT = 10;

function without<T>(record: Readonly<Record<string, T>>, id: string): Record<string, T> {
  const { [id]: _, ...rest } = record;
  return rest;
}

function closeTab(state: Workspace, id: string, spare: Tab): Workspace {
  const index = state.tabs.findIndex((tab) => tab.id === id);
  const tab = state.tabs[index];
  if (tab === undefined) return state;
  const left = state.tabs.filter((other) => other.id !== id);
  const tabs = left.length === 0 ? [spare] : left;
  const neighbour = tabs[Math.min(index, tabs.length - 1)] ?? spare;
  const closed =
    tab.text.trim() === '' && tab.view === undefined
      ? state.closed
      : [{ ...tab, transaction: 'idle' as const }, ...state.closed];
  return {
    tabs,
    activeId: state.activeId === id ? neighbour.id : state.activeId,
    closed: closed.slice(0, CLOSED_KEPT),
    running: without(state.running, id),
    outcomes: without(state.outcomes, id),
    pinned: without(state.pinned, id),
    trails: without(state.trails, id),
  };
}

/** Pinned anew it is the same pin. */
function pinned(state: Workspace, id: string, result: ResultSet, pin?: Pin): Workspace {
  const others = (state.pinned[id] ?? []).filter((other) => other.result !== result);
  return { ...state, pinned: { ...state.pinned, [id]: pin === undefined ? others : [...others, pin] } };
}

function withoutResult(state: Workspace, id: string, result: ResultSet): Workspace {
  const outcome = state.outcomes[id];
  if (outcome === undefined) return state;
  const results = outcome.results.filter((other) => other !== result);
  return { ...state, outcomes: { ...state.outcomes, [id]: { ...outcome, results } } };
}

function finish(state: Workspace, action: Extract<Action, { type: 'finished' }>): Workspace {
  // The tab may have been closed meanwhile: then nothing is left to show.
  if (!state.tabs.some((tab) => tab.id === action.id)) return state;
  const { transaction } = action;
  return {
    ...state,
    tabs: transaction === undefined ? state.tabs : changed(state.tabs, action.id, { transaction }),
    running: without(state.running, action.id),
    outcomes: action.outcome === null ? state.outcomes : { ...state.outcomes, [action.id]: action.outcome },
  };
}

function stepped(state: Workspace, id: string, by: number): Workspace {
  const [trail, front] = [state.trails[id], state.outcomes[id]];
  if (trail === undefined || front === undefined || state.running[id] !== undefined) return state;
  const there = moved(trail, by, front);
  if (there === undefined) return state;
  return {
    ...state,
    trails: { ...state.trails, [id]: there.trail },
    outcomes: { ...state.outcomes, [id]: there.outcome },
  };
}

function changed(tabs: readonly Tab[], id: string, change: Partial<Tab>): Tab[] {
  return tabs.map((tab) => (tab.id === id ? { ...tab, ...change } : tab));
}

function movedTab(tabs: readonly Tab[], id: string, to: number): readonly Tab[] {
  const tab = tabs.find((candidate) => candidate.id === id);
  const others = tabs.filter((other) => other !== tab);
  return tab === undefined
    ? tabs
    : [...others.slice(0, Math.max(0, to)), tab, ...others.slice(Math.max(0, to))];
}

export function reduce(state: Workspace, action: Action): Workspace {
  switch (action.type) {
    case 'open':
      return { ...state, tabs: [...state.tabs, action.tab], activeId: action.tab.id };
    case 'close':
      return closeTab(state, action.id, action.spare);
    case 'reopen': {
      const [tab, ...closed] = state.closed;
      return tab === undefined ? state : { ...state, tabs: [...state.tabs, tab], activeId: tab.id, closed };
    }
    case 'activate':
      return state.tabs.some((tab) => tab.id === action.id) ? { ...state, activeId: action.id } : state;
    case 'move':
      return { ...state, tabs: movedTab(state.tabs, action.id, action.to) };
    case 'change':
      return { ...state, tabs: changed(state.tabs, action.id, action.change) };
    case 'pin':
      return pinned(state, action.id, action.pin.result, action.pin);
    case 'close-result':
      return withoutResult(state, action.id, action.result);
    case 'unpin':
      return pinned(state, action.id, action.result);
    case 'sessions-ended':
      return { ...state, tabs: state.tabs.map((tab) => ({ ...tab, transaction: 'idle' })) };
    case 'follow': {
      const trail = followed(state.trails[action.id], action.from, action.label, state.outcomes[action.id]);
      return { ...state, trails: { ...state.trails, [action.id]: trail } };
    }
    case 'step':
      return stepped(state, action.id, action.by);
    case 'started':
      return {
        ...state,
        trails: action.keepsTrail === true ? state.trails : without(state.trails, action.id),
        running: { ...state.running, [action.id]: { startedAt: action.at, isCancelling: false } },
      };
    case 'cancelling': {
      const running = state.running[action.id];
      if (running === undefined) return state;
      return { ...state, running: { ...state.running, [action.id]: { ...running, isCancelling: true } } };
    }
    case 'progress':
      if (state.running[action.id] === undefined) return state;
      return { ...state, outcomes: { ...state.outcomes, [action.id]: action.outcome } };
    case 'finished':
      return finish(state, action);
  }
}

export type TabStart = Partial<
  Pick<Tab, 'connection' | 'text' | 'savedText' | 'title' | 'view' | 'parameters'>
>;

/** A new tab, named with the first free number. */
export function newTab(id: string, tabs: readonly Tab[], start: TabStart = {}): Tab {
  const titles = new Set(tabs.map((tab) => tab.title));
  let number = 1;
  while (titles.has(`Query ${number}`)) number++;
  const { title = `Query ${number}`, connection = null, text = '' } = start;
  const { savedText, view, parameters } = start;
  return { id, title, connection, text, savedText, transaction: 'idle', view, parameters };
}
