import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** All colours are the page's own variables, so light and dark need no second theme. */
const look = EditorView.theme({
  '&': {
    fontSize: '13px',
    color: 'var(--color-ink)',
    backgroundColor: 'var(--color-surface)',
    height: '100%',
  },
  '&.cm-focused': { outline: '2px solid var(--color-accent)', outlineOffset: '-1px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.6' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--color-ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--color-ink)', borderLeftWidth: '1.5px' },
  '.cm-gutters': {
    backgroundColor: 'var(--color-surface)',
    color: 'var(--color-ink-3)',
    border: 'none',
    paddingLeft: '6px',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'color-mix(in oklab, var(--color-accent) 25%, transparent)',
  },
  '.cm-selectionMatch': { backgroundColor: 'color-mix(in oklab, var(--color-accent) 14%, transparent)' },
  // The library draws its wave with a data: image; this one follows the theme.
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--color-bad) 1px',
    textUnderlineOffset: '3px',
    textDecorationSkipInk: 'none',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--color-raised)',
    border: '1px solid var(--color-line-strong)',
    borderRadius: '8px',
    boxShadow: 'var(--shadow-pop)',
    color: 'var(--color-ink)',
    overflow: 'hidden',
  },
  '.cm-diagnostic': {
    padding: '6px 10px',
    borderLeft: '3px solid var(--color-bad)',
    fontFamily: 'var(--font-sans)',
    fontSize: '12.5px',
    maxWidth: '480px',
  },
  '.cm-completionIcon': { display: 'none' },
  '.cm-completionDetail': {
    color: 'var(--color-ink-3)',
    fontStyle: 'normal',
    fontFamily: 'var(--font-sans)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', maxHeight: '14em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--color-accent-fill)',
    color: 'white',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected] .cm-completionDetail': { color: 'white' },
  '.cm-panels': { backgroundColor: 'var(--color-sunken)', color: 'var(--color-ink)' },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--color-sunken)',
    border: '1px solid var(--color-line)',
    color: 'var(--color-ink-2)',
  },
  '.cm-changedLine': { backgroundColor: 'var(--color-good-soft) !important' },
  '.cm-deletedChunk': { backgroundColor: 'var(--color-bad-soft)', paddingLeft: '6px' },
  '.cm-changedText, .cm-deletedChunk .cm-deletedText': { background: 'none', textDecoration: 'none' },
  // Its arrows are emoji, which not every machine has.
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: 'none' },
  '.cm-collapsedLines': {
    color: 'var(--color-ink-2)',
    background: 'var(--color-sunken)',
    fontFamily: 'var(--font-sans)',
  },
});

const code = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--color-accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--color-execute)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--color-write)' },
  { tag: [tags.lineComment, tags.blockComment], color: 'var(--color-ink-3)', fontStyle: 'italic' },
]);

export const theme = [look, syntaxHighlighting(code)];
