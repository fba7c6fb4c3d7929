import { type Extension, RangeSetBuilder, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view';
import { type Span, splitStatements } from './split';
import { statementAt } from './statement-at';

/** Where the statements of a text are, as the agent's parser says. */
export interface KnownStatements {
  readonly text: string;
  readonly spans: readonly Span[];
}

/** Tells the editor what the agent found; forgotten as soon as the text changes. */
export const setStatements = StateEffect.define<KnownStatements | null>();

const known = StateField.define<readonly Span[] | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setStatements)) continue;
      const isCurrent = effect.value !== null && effect.value.text === transaction.newDoc.toString();
      return isCurrent ? (effect.value?.spans ?? null) : null;
    }
    return transaction.docChanged ? null : value;
  },
});

/** Splitting a very long text at every key would be felt. */
const MAX_CHARS = 50_000;

const line = Decoration.line({ class: 'cm-statement' });

function decorate(view: EditorView): DecorationSet {
  const { state } = view;
  if (state.doc.length > MAX_CHARS) return Decoration.none;
  const text = state.doc.toString();
  const spans = state.field(known) ?? splitStatements(text);
  // With one statement there is nothing to tell apart.
  const span = spans.length > 1 ? statementAt(text, spans, state.selection.main.head) : undefined;
  if (span === undefined || !state.selection.main.empty) return Decoration.none;
  const builder = new RangeSetBuilder<Decoration>();
  const last = state.doc.lineAt(span.end).number;
  for (let number = state.doc.lineAt(span.start).number; number <= last; number++) {
    const { from } = state.doc.line(number);
    builder.add(from, from, line);
  }
  return builder.finish();
}

/** Marks the statement that Ctrl+Enter would run. */
export function activeStatement(): Extension {
  return [known, EditorView.decorations.of(decorate)];
}
