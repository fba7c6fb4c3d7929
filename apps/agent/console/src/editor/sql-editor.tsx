import { type Diagnostic, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { setStatements } from './active-statement';
import { extensions } from './extensions';
import type { EditorHandle, EditorProps } from './handle';
import type { Problem } from './problems';

function diagnosticOf({ start, end, kind, message }: Problem, length: number): Diagnostic {
  const isPermission = kind === 'permission';
  return {
    from: Math.min(start, length),
    to: Math.min(end, length),
    severity: isPermission ? 'warning' : 'error',
    // A tooltip is plain text.
    message: message.replaceAll('`', ''),
    ...(isPermission ? { markClass: 'cm-problem-permission' } : {}),
  };
}

function handleOf(view: EditorView): EditorHandle {
  return {
    text: () => view.state.doc.toString(),
    selection: () => ({ start: view.state.selection.main.from, end: view.state.selection.main.to }),
    focus: () => view.focus(),
    reveal(position) {
      const anchor = Math.min(position, view.state.doc.length);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      view.focus();
    },
    showProblems(problems) {
      const sorted = problems.map((problem) => diagnosticOf(problem, view.state.doc.length));
      view.dispatch(
        setDiagnostics(
          view.state,
          sorted.sort((a, b) => a.from - b.from),
        ),
      );
    },
    showStatements: (text, spans) => view.dispatch({ effects: setStatements.of({ text, spans }) }),
  };
}

function reportCursor(view: EditorView, onCursor: EditorProps['onCursor']): void {
  const { head, from, to } = view.state.selection.main;
  const line = view.state.doc.lineAt(head);
  onCursor(line.number, head - line.from + 1, to - from);
}

/** Some editor has been shown in this page. */
let isLoaded = false;

/** One CodeMirror view; each tab has its own state in it, so undo history and cursor stay with the tab. */
export default function SqlEditor(props: EditorProps) {
  const { tabId, openIds, initialText } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const states = useRef(new Map<string, EditorState>());
  const shown = useRef(tabId);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    if (host.current === null) return;
    const created = new EditorView({ parent: host.current });
    view.current = created;
    return () => {
      latest.current.onReady(null);
      created.destroy();
      view.current = null;
      states.current.clear();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is only where a tab's state begins
  useEffect(() => {
    const current = view.current;
    if (current === null) return;
    if (shown.current !== tabId) states.current.set(shown.current, current.state);
    shown.current = tabId;
    const create = () =>
      EditorState.create({
        doc: initialText,
        extensions: extensions(
          (updated, isTextChanged) => {
            if (isTextChanged) latest.current.onText(shown.current, updated.state.doc.toString());
            reportCursor(updated, latest.current.onCursor);
          },
          () => latest.current.names,
          () => latest.current.snippets ?? [],
        ),
      });
    current.setState(states.current.get(tabId) ?? create());
    reportCursor(current, latest.current.onCursor);
    latest.current.onReady(handleOf(current));
    // The first one comes after the page: whoever is somewhere else by then stays there.
    if (isLoaded || document.activeElement === document.body) current.focus();
    isLoaded = true;
  }, [tabId]);

  useEffect(() => {
    for (const id of states.current.keys()) if (!openIds.includes(id)) states.current.delete(id);
  }, [openIds]);

  return <div ref={host} className="h-full min-h-0 overflow-hidden" />;
}
