import type { Permission } from '@postern/core/policy';

/** What each permission lets one do on a connection. None holds another. */
export const PERMISSION_WORDS: Readonly<Record<Permission, string>> = {
  read: 'see data: SELECT, SHOW, the rows of a table',
  write: 'change data: INSERT, UPDATE, DELETE, MERGE, import',
  ddl: 'change definitions: CREATE, ALTER, DROP',
  admin: 'what concerns the server or others: their sessions, roles, rights, files',
  explain: 'see how PostgreSQL would run a statement',
  execute: 'call functions and procedures that do more than read',
  export: 'take data out: files, COPY, and more rows than the connection’s cap',
};

/** Words of this page that are Postern’s own. */
export const WORDS: readonly (readonly [word: string, meaning: string])[] = [
  ['connection', 'a database as rules name it; you see those on which a rule gives you something'],
  ['agent', 'the program beside the databases that serves this page, decides each statement and records it'],
  [
    'policy',
    'all rules in force here; its version stands at the top, with the time since when the agent has it',
  ],
  ['refused', 'the database never saw the statement; the page says what was missing and who can grant it'],
  ['to be confirmed', 'what this browser foresees of your text until the agent has looked at it'],
  ['row cap', 'rows of one result that are sent to who lacks export'],
  ['audit id', 'the record of a run: auditors find with it who ran what, when, and what came of it'],
];
