import { type RefObject, useRef, useState } from 'react';
import type { CheckInput } from '../api/queries';
import { withoutWhere } from '../edit/without-where';
import type { EditorHandle } from '../editor/handle';
import type { Span } from '../editor/split';
import type { useParameters } from '../parameters/use-parameters';
import { plural } from '../results/format';
import type { useRunner } from '../run/use-runner';
import type { Outcome, Tab, Workspace } from '../tabs/model';
import type { ToastMessage } from './toast';
import { unappliedRows } from './unapplied';
import { currentStatement } from './use-check';

/** A question that must be answered before something is undone. */
export interface Question {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly keep?: string;
  readonly onConfirm: () => void;
}

interface CommandContext {
  readonly workspace: RefObject<Workspace>;
  readonly tab: Tab;
  readonly connection: string | null;
  /** What is to be known to check a text of this tab. */
  readonly checkOf: (sql: string) => CheckInput;
  readonly handle: EditorHandle | null;
  readonly runner: ReturnType<typeof useRunner>;
  readonly parameters: Pick<ReturnType<typeof useParameters>, 'ask'>;
  /** Asked to run without a connection. */
  readonly onNoConnection: () => void;
  readonly onToast: (message: ToastMessage) => void;
}

const TAGS: Readonly<Record<string, string>> = { COMMIT: 'Committed', ROLLBACK: 'Rolled back' };

function everyRowQuestion(verb: 'UPDATE' | 'DELETE', onConfirm: () => void): Question {
  const [what, does] = verb === 'DELETE' ? ['a DELETE', 'deletes'] : ['an UPDATE', 'changes'];
  return {
    title: `${verb} without WHERE?`,
    text: `There is ${what} that has no WHERE, so it ${does} every row of its table.`,
    action: 'Run it',
    keep: 'Do not run it',
    onConfirm,
  };
}

/** Run, run all, cancel, commit, roll back: what the toolbar and the keyboard do to the tab in front. */
export function useCommands(context: CommandContext) {
  const { workspace, tab, connection, checkOf, handle, runner, parameters, onToast } = context;
  const [question, setQuestion] = useState<Question | null>(null);
  /** Between the key and the request there may be a check: a second key then must not run twice. */
  const isStarting = useRef(false);

  const send = async (text: string, { start, end }: Span) => {
    if (connection === null) return;
    const sql = text.slice(start, end);
    if (sql.trim() === '') onToast({ text: 'Nothing to run here' });
    else {
      const firstLine = text.slice(0, start).split('\n').length;
      const place = { tab: tab.id, connection, sql, offset: start, firstLine };
      const run = () =>
        parameters.ask(sql, 'Run', (values) => void runner.run({ ...place, parameters: values }));
      const verb = withoutWhere(sql);
      const runAsked = () => (verb === undefined ? run() : setQuestion(everyRowQuestion(verb, run)));
      const staged = unappliedRows(workspace.current, tab.id);
      if (staged === 0) runAsked();
      else {
        setQuestion({
          title: 'Discard what is staged?',
          text: `Changes to ${plural(staged, 'row')} of the result here are not applied. Another run in this tab takes its place.`,
          action: 'Discard and run',
          onConfirm: runAsked,
        });
      }
    }
  };

  const runAll = async () => {
    if (handle === null) return;
    if (connection === null) return context.onNoConnection();
    const text = handle.text();
    await send(text, { start: 0, end: text.length });
  };

  const runCurrent = async () => {
    if (handle === null || isStarting.current) return;
    if (connection === null) return context.onNoConnection();
    isStarting.current = true;
    try {
      const text = handle.text();
      const { start, end } = handle.selection();
      if (start !== end) return await send(text, { start, end });
      const span = await currentStatement(checkOf(text), start);
      // The person may have gone to another tab meanwhile.
      if (workspace.current.activeId !== tab.id) return;
      await send(text, span ?? { start: 0, end: 0 });
    } finally {
      isStarting.current = false;
    }
  };

  /** The selection, or the statement at the cursor. */
  const chosen = async (): Promise<string> => {
    if (handle === null || connection === null) return '';
    const text = handle.text();
    const { start, end } = handle.selection();
    if (start !== end) return text.slice(start, end);
    const span = await currentStatement(checkOf(text), start);
    return span === undefined ? '' : text.slice(span.start, span.end);
  };

  const cancel = () => {
    const running = workspace.current.running[tab.id];
    if (running !== undefined) void runner.cancel(tab.id, running.isCancelling);
  };

  const end = async (sql: 'COMMIT' | 'ROLLBACK') => {
    if (connection === null) return;
    const tag = await runner.run({ tab: tab.id, connection, sql, offset: 0, firstLine: 1, isQuiet: true });
    if (tag !== undefined) onToast({ text: TAGS[tag] ?? tag });
  };

  const retry = (outcome: Outcome) => {
    if (outcome.connection !== connection) return;
    const { sql, offset, firstLine, parameters: values, shape } = outcome;
    const place = { tab: tab.id, connection, sql, offset, firstLine };
    void runner.run({ ...place, parameters: values, keepsTrail: true, shape });
  };

  return {
    runAll: () => void runAll(),
    runCurrent: () => void runCurrent(),
    chosen,
    cancel,
    commit: () => void end('COMMIT'),
    rollback: () => void end('ROLLBACK'),
    retry,
    question,
    ask: setQuestion,
  };
}
