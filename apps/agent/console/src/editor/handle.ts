import type { NamesResponse } from '@postern/agent/console-catalog';
import type { Snippet } from './own-snippets';
import type { Problem } from './problems';
import type { Span } from './split';

/** What the rest of the console may ask of the editor. The editor itself is loaded later. */
export interface EditorHandle {
  text(): string;
  selection(): Span;
  focus(): void;
  /** Puts the cursor there and scrolls to it. */
  reveal(position: number): void;
  showProblems(problems: readonly Problem[]): void;
  /** What the agent's parser said about a text. */
  showStatements(text: string, statements: readonly Span[]): void;
}

export interface EditorProps {
  readonly tabId: string;
  /** The text to begin with; afterwards the editor has the newest. */
  readonly initialText: string;
  readonly openIds: readonly string[];
  /** What the database of the tab's connection has, once that is read. */
  readonly names?: NamesResponse | undefined;
  /** Of this person; those that are always there come beside them. */
  readonly snippets?: readonly Snippet[] | undefined;
  readonly onReady: (handle: EditorHandle | null) => void;
  readonly onText: (tabId: string, text: string) => void;
  readonly onCursor: (line: number, column: number, selected: number) => void;
}
