import type { SavedQuery } from '@postern/agent/console-kept';

/** A text that a short name stands for; `#{field}` or `${field}` are places to fill in, one after the other with Tab. */
export interface Snippet {
  readonly name: string;
  readonly text: string;
  /** What it is, in the list. */
  readonly about: string;
}

/** Saved queries of this folder, and those in it, are snippets by their name. */
const SNIPPET_FOLDER = 'snippets';

export function ownSnippets(saved: readonly SavedQuery[]): Snippet[] {
  return saved
    .filter(({ folder }) => folder.toLowerCase().split('/')[0]?.trim() === SNIPPET_FOLDER)
    .map(({ name, sql, isOwn, owner }) => ({
      name,
      text: sql,
      about: isOwn ? 'your snippet' : `snippet of ${owner}`,
    }));
}
