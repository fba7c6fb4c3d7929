export const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const CTRL = IS_MAC ? '⌘' : 'Ctrl';
const CHORD = IS_MAC ? ['⌃', '⇧'] : ['Alt'];

/** What the keyboard sheet lists. The keys are bound in shell/use-shortcuts.ts and editor/extensions.ts. */
export const SHORTCUTS: readonly { group: string; keys: readonly (readonly [string[], string])[] }[] = [
  {
    group: 'Run',
    keys: [
      [[CTRL, 'Enter'], 'Run the selection, or the statement at the cursor'],
      [[CTRL, 'Shift', 'Enter'], 'Run everything'],
      [['F5'], 'Run everything'],
      [[CTRL, '.'], 'Cancel what runs'],
      [[...CHORD, 'E'], 'Explain the selection, or the statement at the cursor'],
      [['F8'], 'Next underlined problem'],
    ],
  },
  {
    group: 'Edit',
    keys: [
      [[CTRL, 'F'], 'Find and replace'],
      [[CTRL, '/'], 'Comment or uncomment'],
      [[CTRL, 'Space'], 'Complete'],
      [['Shift', 'Alt', 'F'], 'Format the selection, or all'],
      [['Shift', 'Alt', 'J'], 'Put it on one line'],
      [['Alt', 'Z'], 'Wrap long lines'],
      [['Esc', 'Tab'], 'Leave the editor with Tab'],
    ],
  },
  {
    group: 'Tabs',
    keys: [
      [[...CHORD, 'N'], 'New tab'],
      [[...CHORD, 'W'], 'Close the tab'],
      [[...CHORD, 'R'], 'Reopen the tab closed last'],
      [[IS_MAC ? '⌃' : 'Alt', '1…9'], 'Go to a tab'],
      [['F2'], 'Rename the focused tab'],
      [[CTRL, 'Shift', '← →'], 'Move the focused tab'],
      [['Shift', 'F10'], 'What else can be done with the focused tab'],
    ],
  },
  {
    group: 'Results',
    keys: [
      [['F6'], 'Editor ↔ results'],
      [['Arrows'], 'Move; with Shift extend the selection'],
      [[CTRL, 'C'], 'Copy the selected cells'],
      [['Enter'], 'Show the whole value; type in it while editing'],
      [['Space'], 'Show the whole row'],
      [['Shift', 'F10'], 'Sort, move, freeze, hide or resize the column'],
      [['Delete'], 'While editing: delete the selected rows, or keep them'],
      [['Alt', '← →'], 'Back and forward where foreign keys were followed'],
    ],
  },
  {
    group: 'Console',
    keys: [
      [[...CHORD, 'K'], 'Choose a connection'],
      [[...CHORD, 'O'], 'Objects of the database: go there, and back'],
      [[...CHORD, 'H'], 'History'],
      [[...CHORD, 'S'], 'Saved queries'],
      [[...CHORD, 'P'], 'Sessions of the database'],
      [['F1'], 'This sheet, with what words mean (also ? outside the editor)'],
    ],
  },
];

/** `Ctrl+Enter` in the words of this keyboard. */
export const RUN_KEYS = `${CTRL}+Enter`;
export const RUN_ALL_KEYS = `${CTRL}+Shift+Enter`;
export const CANCEL_KEYS = `${CTRL}+.`;
export const NEW_TAB_KEYS = [...CHORD, 'N'].join('+');
export const OBJECTS_KEYS = [...CHORD, 'O'].join('+');
export const HISTORY_KEYS = [...CHORD, 'H'].join('+');
export const SAVED_KEYS = [...CHORD, 'S'].join('+');
export const SESSIONS_KEYS = [...CHORD, 'P'].join('+');
export const EXPLAIN_KEYS = [...CHORD, 'E'].join('+');
