import { indentWithTab } from '@codemirror/commands';
import { PostgreSQL, sql } from '@codemirror/lang-sql';
import type { Extension } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { activeStatement } from './active-statement';
import { theme } from './theme';

/** Everything but the text: one set for all tabs. */
export function extensions(onUpdate: (view: EditorView, isTextChanged: boolean) => void): Extension {
  return [
    basicSetup,
    sql({ dialect: PostgreSQL }),
    keymap.of([indentWithTab]),
    activeStatement(),
    theme,
    placeholder('Write SQL here. Only what your permissions allow reaches the database.'),
    EditorView.contentAttributes.of({ 'aria-label': 'SQL editor', spellcheck: 'false' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged || update.selectionSet) onUpdate(update.view, update.docChanged);
    }),
  ];
}
