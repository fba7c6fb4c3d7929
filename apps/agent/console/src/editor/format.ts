import type { EditorView } from '@codemirror/view';

/** Lays out the selection, or all of the text. The formatter is loaded when it is first used. */
export async function formatSql(view: EditorView): Promise<void> {
  const { formatDialect, postgresql } = await import('sql-formatter');
  replace(view, (text) =>
    formatDialect(text, {
      dialect: postgresql,
      keywordCase: 'preserve',
      tabWidth: 2,
      paramTypes: { named: [':'] },
    }),
  );
}

/** The same text on one line. Comments to the end of a line would swallow the rest, so they become the other kind. */
export function oneLine(view: EditorView): void {
  replace(view, inOneLine);
}

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|\s+/g;

export function inOneLine(text: string): string {
  return text
    .replace(TOKEN, (token) => {
      if (token.startsWith('--')) return `/* ${token.slice(2).trim().replaceAll('*/', '* /')} */`;
      return /^\s/.test(token) ? ' ' : token;
    })
    .trim();
}

function replace(view: EditorView, change: (text: string) => string): void {
  const { main } = view.state.selection;
  const span = main.empty ? { from: 0, to: view.state.doc.length } : { from: main.from, to: main.to };
  const text = view.state.sliceDoc(span.from, span.to);
  try {
    const insert = change(text);
    if (insert !== text)
      view.dispatch({ changes: { ...span, insert }, scrollIntoView: true, userEvent: 'input.format' });
  } catch {
    // What the formatter cannot read stays as it is: the underlines say what is wrong with it.
  }
}
