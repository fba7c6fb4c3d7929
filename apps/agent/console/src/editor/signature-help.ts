import { StateEffect, StateField } from '@codemirror/state';
import { EditorView, keymap, showTooltip, type Tooltip } from '@codemirror/view';
import type { NamesResponse } from '@postern/agent/console-catalog';
import { callAt, type Signature, signaturesOf } from './signature';

/** Overloads that are shown; functions with more are those that take anything. */
const SHOWN = 4;

const dismiss = StateEffect.define();

function element(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function lineOf({ routine, arguments: args, current }: Signature): HTMLElement {
  const line = element('div', 'cm-signature');
  line.append(`${routine.name}(`);
  for (const [at, argument] of args.entries()) {
    if (at > 0) line.append(', ');
    line.append(at === current ? element('strong', '', argument) : argument);
  }
  line.append(routine.result === undefined ? ')' : `) → ${routine.result}`);
  return line;
}

function content(signatures: readonly Signature[]): HTMLElement {
  const dom = element('div', 'cm-signatures');
  dom.setAttribute('role', 'tooltip');
  const said = new Set<string>();
  for (const signature of signatures.slice(0, SHOWN)) {
    const { comment = '' } = signature.routine;
    dom.append(lineOf(signature));
    if (comment !== '' && !said.has(comment)) dom.append(element('div', 'cm-signature-comment', comment));
    said.add(comment);
  }
  const rest = signatures.length - SHOWN;
  if (rest > 0) dom.append(element('div', 'cm-signature-comment', `and ${rest} more`));
  return dom;
}

interface Shown {
  readonly tooltip: Tooltip | null;
  /** The call whose help Escape closed. */
  readonly closed: number | null;
}

const NOTHING: Shown = { tooltip: null, closed: null };

/** While the arguments of a function are written: what it takes, which of them this is, and what its comment says. Escape closes it. */
export function signatureHelp(names: () => NamesResponse | undefined) {
  const field = StateField.define<Shown>({
    create: () => NOTHING,
    update(shown, transaction) {
      const isDismissed = transaction.effects.some((effect) => effect.is(dismiss));
      if (isDismissed) return { tooltip: null, closed: shown.tooltip?.pos ?? null };
      if (!transaction.docChanged && transaction.selection === undefined) return shown;
      const { state } = transaction;
      const { main } = state.selection;
      const current = names();
      const call = main.empty && current !== undefined ? callAt(state, main.head) : undefined;
      if (call === undefined || current === undefined) return NOTHING;
      const closed = shown.closed === null ? null : transaction.changes.mapPos(shown.closed);
      if (closed === call.from) return { tooltip: null, closed };
      const signatures = signaturesOf(current, call);
      if (signatures.length === 0) return NOTHING;
      // Above it lies over what is written already; over the first lines it would lie on the buttons.
      const above = state.doc.lineAt(call.from).number > 3;
      return {
        tooltip: { pos: call.from, above, create: () => ({ dom: content(signatures) }) },
        closed: null,
      };
    },
    provide: (self) => showTooltip.from(self, ({ tooltip }) => tooltip),
  });
  const close = (view: EditorView): boolean => {
    if (view.state.field(field).tooltip !== null) view.dispatch({ effects: dismiss.of(null) });
    // Others have a use for Escape too.
    return false;
  };
  return [
    field,
    keymap.of([{ key: 'Escape', run: close }]),
    EditorView.domEventHandlers({ blur: (_event, view) => close(view) }),
  ];
}
