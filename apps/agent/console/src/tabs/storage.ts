import { z } from 'zod';
import { storedValues } from '../parameters/placeholders';
import { newTab, type Workspace } from './model';
import { tabView } from './view';

const storedTab = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  title: z.string(),
  connection: z.string().nullable(),
  text: z.string(),
  savedText: z.string().optional(),
  transaction: z.enum(['idle', 'open', 'failed']),
  view: tabView.optional(),
  parameters: storedValues.optional(),
});
const stored = z.object({
  tabs: z.array(storedTab).min(1),
  activeId: z.string(),
  closed: z.array(storedTab),
});

/** A name for a tab and its database session. */
export function newTabId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Reads JSON of a known shape; anything else, or a browser without storage, is nothing. */
export function readStored<T>(key: string, schema: z.ZodType<T>): T | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** False when the browser's storage is full or switched off. */
export function writeStored(key: string, value: unknown): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** The workspace kept under `key`, or a fresh one. */
export function loadWorkspace(key: string): Workspace {
  const found = readStored(key, stored);
  if (found === undefined) {
    const tab = newTab(newTabId(), []);
    return { tabs: [tab], activeId: tab.id, closed: [], running: {}, outcomes: {}, pinned: {}, trails: {} };
  }
  const activeId = found.tabs.some((tab) => tab.id === found.activeId) ? found.activeId : found.tabs[0]?.id;
  return { ...found, activeId: activeId ?? '', running: {}, outcomes: {}, pinned: {}, trails: {} };
}

/** Keeps the text of all tabs; results are never kept. */
export function saveWorkspace(key: string, { tabs, activeId, closed }: Workspace): boolean {
  return writeStored(key, { tabs, activeId, closed });
}
