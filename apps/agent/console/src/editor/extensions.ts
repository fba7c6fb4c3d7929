import { indentWithTab } from '@codemirror/commands';
import { PostgreSQL, sql } from '@codemirror/lang-sql';
import { Compartment, type Extension } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import type { NamesResponse } from '@postern/agent/console-catalog';
import { basicSetup } from 'codemirror';
import { activeStatement } from './active-statement';
import { completions } from './completion';
import { formatSql, oneLine } from './format';
import type { Snippet } from './own-snippets';
import { signatureHelp } from './signature-help';
import { snippets } from './snippets';
import { theme } from './theme';

const wrapping = new Compartment();

function toggleWrap(view: EditorView): boolean {
  const isOn = view.lineWrapping;
  view.dispatch({ effects: wrapping.reconfigure(isOn ? [] : EditorView.lineWrapping) });
  return true;
}

const done = (act: (view: EditorView) => unknown) => (view: EditorView) => {
  void act(view);
  return true;
};

const keys = keymap.of([
  indentWithTab,
  { key: 'Shift-Alt-f', run: done(formatSql) },
  { key: 'Shift-Alt-j', run: done(oneLine) },
  { key: 'Alt-z', run: toggleWrap },
]);

/** Everything but the text: one set for all tabs. `names`: what the database of the tab in front has; `own`: the person's snippets. */
export function extensions(
  onUpdate: (view: EditorView, isTextChanged: boolean) => void,
  names: () => NamesResponse | undefined,
  own: () => readonly Snippet[],
): Extension {
  return [
    basicSetup,
    sql({ dialect: PostgreSQL }),
    ...[...completions(names), snippets(own)].map((autocomplete) =>
      PostgreSQL.language.data.of({ autocomplete }),
    ),
    wrapping.of([]),
    keys,
    signatureHelp(names),
    activeStatement(),
    theme,
    placeholder('Write SQL here. Only what your permissions allow reaches the database.'),
    EditorView.contentAttributes.of({ 'aria-label': 'SQL editor', tabindex: '0', spellcheck: 'false' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged || update.selectionSet) onUpdate(update.view, update.docChanged);
    }),
  ];
}
