'use client';
import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { type Diagnostic, linter } from '@codemirror/lint';
import { EditorState, type Text } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { useEffect, useRef } from 'react';
import { theme } from './editor-theme';
import { type Checked, checkManifest, jsonSchema } from './manifest-check';
import { contextAt, namesAt, type Schema, suggestionsAt } from './manifest-context';

export interface EditorProps {
  initial: string;
  readOnly: boolean;
  onText: (text: string) => void;
  onChecked: (checked: Checked) => void;
  onSave: () => void;
  /** Line and column (from 1) to put the cursor at. */
  goTo: { line: number; column: number } | null;
}

const SCHEMA = JSON.parse(jsonSchema('manifest')) as Schema;

/** CodeMirror with what core knows about manifests: nothing is asked of a server while somebody types. */
export default function ManifestEditor(props: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const { initial, readOnly, goTo } = props;
  useEffect(() => {
    if (host.current === null) return;
    let known: Pick<Checked, 'roles' | 'profiles'> = { roles: [], profiles: [] };
    const check = ({ state }: EditorView): Diagnostic[] => {
      const checked = checkManifest(state.doc.toString());
      // Names stay known while a half-written line makes the rest unreadable.
      if (checked.roles.length > 0) known = checked;
      latest.current.onChecked(checked);
      return checked.problems.map((each) => diagnosticOf(state.doc, each));
    };
    const save = () => {
      latest.current.onSave();
      return true;
    };
    const created = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: initial,
        extensions: [
          keymap.of([{ key: 'Mod-s', preventDefault: true, run: save }, indentWithTab]),
          basicSetup,
          yaml(),
          theme,
          linter(check, { delay: 250 }),
          autocompletion({ override: [(context) => complete(context, known)] }),
          EditorState.tabSize.of(2),
          EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({
            'aria-label': 'Role manifest',
            tabindex: '0',
            spellcheck: 'false',
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onText(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = created;
    // A text that nobody touches is checked as well.
    check(created);
    return () => {
      created.destroy();
      view.current = null;
    };
  }, [initial, readOnly]);
  useEffect(() => {
    const current = view.current;
    if (!goTo || !current) return;
    const anchor = offsetOf(current.state.doc, goTo);
    current.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    current.focus();
  }, [goTo]);
  return <div ref={host} className="h-full min-h-0" />;
}

function offsetOf(doc: Text, { line, column }: { line: number; column: number }): number {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(at.from + Math.max(column - 1, 0), at.to);
}

function diagnosticOf(doc: Text, problem: Checked['problems'][number]): Diagnostic {
  const from = offsetOf(doc, problem);
  const rest = doc.lineAt(from).text.slice(from - doc.lineAt(from).from);
  const word = /^("[^"]*"|'[^']*'|[^\s,:{}[\]]+)/.exec(rest)?.[0].length ?? 1;
  return {
    from,
    to: Math.min(from + word, doc.length),
    severity: 'error',
    message: `${problem.message} → ${problem.fix}`.replaceAll('`', ''),
  };
}

function complete(
  { state, pos, explicit }: CompletionContext,
  known: Pick<Checked, 'roles' | 'profiles'>,
): CompletionResult | null {
  const context = contextAt(state.doc.toString(), pos);
  if (!context || (!explicit && context.from === pos)) return null;
  const options = [
    ...suggestionsAt(SCHEMA, context).map(({ label, detail, kind }) => ({
      label,
      detail,
      ...(kind === 'key' ? { apply: `${label}: ` } : {}),
    })),
    ...namesAt(context, known).map((label) => ({ label, detail: 'of this manifest' })),
  ];
  return options.length === 0 ? null : { from: context.from, options, validFor: /^[\w-]*$/ };
}
