import { useEffect, useRef } from 'react';
import { IS_MAC } from './shortcuts';

export interface Commands {
  runAll(): void;
  runCurrent(): void;
  cancel(): void;
  newTab(): void;
  closeTab(): void;
  reopenTab(): void;
  goToTab(index: number): void;
  switchPane(): void;
  chooseConnection(): void;
  visitHistory(): void;
  visitObjects(): void;
  visitSaved(): void;
  explain(): void;
  showSessions(): void;
  showKeys(): void;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Alt+letter; on a Mac, where Option types characters, Control+Shift+letter (and Control+digit). */
function chordCommand(event: KeyboardEvent, commands: Commands): (() => void) | undefined {
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  if (digit !== undefined) return () => commands.goToTab(Number(digit) - 1);
  if (IS_MAC && !event.shiftKey) return undefined;
  switch (event.code) {
    case 'KeyN':
      return commands.newTab;
    case 'KeyW':
      return commands.closeTab;
    case 'KeyR':
      return commands.reopenTab;
    case 'KeyK':
      return commands.chooseConnection;
    case 'KeyO':
      return commands.visitObjects;
    case 'KeyH':
      return commands.visitHistory;
    case 'KeyS':
      return commands.visitSaved;
    case 'KeyE':
      return commands.explain;
    case 'KeyP':
      return commands.showSessions;
    default:
      return undefined;
  }
}

function isChord(event: KeyboardEvent): boolean {
  if (IS_MAC) return event.ctrlKey && !event.metaKey && !event.altKey;
  return event.altKey && !event.ctrlKey && !event.metaKey;
}

function commandFor(event: KeyboardEvent, commands: Commands): (() => void) | undefined {
  if (event.ctrlKey || event.metaKey) {
    if (event.key === 'Enter') return event.shiftKey ? commands.runAll : commands.runCurrent;
    if (event.key === '.') return commands.cancel;
  }
  if (isChord(event)) return chordCommand(event, commands);
  if (event.altKey || event.ctrlKey || event.metaKey) return undefined;
  if (event.key === 'F5' && !event.shiftKey) return commands.runAll;
  if (event.key === 'F6') return commands.switchPane;
  if (event.key === 'F1') return commands.showKeys;
  return event.key === '?' && !isTyping(event.target) ? commands.showKeys : undefined;
}

/** An open dialog, menu or list keeps the keys to itself; the editor's list of completions does not. */
const OVERLAY = '[role="dialog"], [role="alertdialog"], [data-radix-popper-content-wrapper]';

/** Keys that work wherever the focus is, dialogs excepted. */
export function useShortcuts(commands: Commands): void {
  const latest = useRef(commands);
  latest.current = commands;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector(OVERLAY) !== null) return;
      const command = commandFor(event, latest.current);
      if (command === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      command();
    };
    // Before the editor sees it: Ctrl+Enter means "insert a line" there.
    window.addEventListener('keydown', listen, true);
    return () => window.removeEventListener('keydown', listen, true);
  }, []);
}
