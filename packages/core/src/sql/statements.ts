import type { Permission } from '../policy/permission.js';
import {
  alterTableFindings,
  copyFindings,
  dataFindings,
  functionFindings,
  schemaFindings,
  selectFindings,
} from './findings.js';
import { words } from './functions.js';
import { TRUSTED_EXTENSIONS } from './generated/builtins.js';
import { objectName, objectNeeds } from './objects.js';
import { type Finding, setFindings, transactionModeFindings } from './session.js';
import type { TextSession } from './session-state.js';
import { type AstNode, child, hasOption, isNode, list, text, unwrap } from './tree.js';

/**
 * How a part of a statement counts.
 * `run`: it is executed, everything in it counts. `analyze`: as `run`, by EXPLAIN ANALYZE.
 * `parts`: as `run`, but the node itself stands for no statement of its own (the VALUES of an INSERT).
 * `plan`: it is planned and not executed (EXPLAIN): only what the planner may run counts.
 * `named`: it only says what the statement is about: nothing in it is run.
 * `stored`: it is kept for later (a view, a function's body): nothing counts now.
 */
export type Mode = 'run' | 'analyze' | 'parts' | 'plan' | 'named' | 'stored';

/** How the parts in some fields count. */
export type FieldModes = Readonly<Partial<Record<string, Mode>>>;

/** One row of the table below. */
export interface StatementRow {
  /** What people call it, as in a command tag. */
  readonly kind: string | ((node: AstNode) => string);
  /** What it needs when it runs, apart from what its parts need. */
  readonly needs: readonly Permission[] | ((node: AstNode) => readonly Permission[]);
  /** Why (PERMISSIONS.md, "Statements"). */
  readonly why: string;
  /** Needs and wall breaks with words of their own. */
  readonly findings?: (node: AstNode, session: TextSession) => readonly Finding[];
  /** What it needs when it is only planned (EXPLAIN). */
  readonly planFindings?: (node: AstNode, session: TextSession) => readonly Finding[];
  /** How its parts count where that differs from itself; by field, or for all. Parts of what is stored are stored. */
  readonly parts?: Mode | ((node: AstNode, mode: Mode) => FieldModes);
}

const SERVER: readonly Permission[] = ['ddl', 'admin'];
const SERVER_WHY = 'changes who may do what, or the server';
const OBJECT_WHY = 'changes the schema';

const ddl = (kind: string, parts?: StatementRow['parts']): StatementRow => ({
  kind,
  needs: ['ddl'],
  why: OBJECT_WHY,
  ...(parts === undefined ? {} : { parts }),
});
const server = (kind: string): StatementRow => ({ kind, needs: SERVER, why: SERVER_WHY });
const admin = (kind: string, why: string): StatementRow => ({ kind, needs: ['admin'], why, parts: 'stored' });
const session = (kind: string): StatementRow => ({
  kind,
  needs: ['read'],
  why: 'touches its own session only',
});
const trustedExtensions = words(TRUSTED_EXTENSIONS);
const byType =
  (field: string) =>
  (node: AstNode): readonly Permission[] =>
    objectNeeds(text(node, field));
const named =
  (verb: string, field: string) =>
  (node: AstNode): string =>
    `${verb} ${objectName(text(node, field))}`;

/** INSERT … VALUES reads nothing; INSERT … SELECT does, and its SelectStmt says so. */
function insertParts(node: AstNode, mode: Mode): FieldModes {
  const source = child(child(node, 'selectStmt'), 'SelectStmt');
  return mode !== 'plan' && list(source, 'valuesLists').length > 0 ? { selectStmt: 'parts' } : {};
}

function copyNeeds(node: AstNode): readonly Permission[] {
  return node.is_from === true ? ['write'] : ['read', 'export'];
}

const explainRuns = (node: AstNode): boolean => hasOption(list(node, 'options'), 'analyze');

const transactionKinds: Readonly<Record<string, string>> = {
  TRANS_STMT_BEGIN: 'BEGIN',
  TRANS_STMT_START: 'START TRANSACTION',
  TRANS_STMT_COMMIT: 'COMMIT',
  TRANS_STMT_ROLLBACK: 'ROLLBACK',
  TRANS_STMT_SAVEPOINT: 'SAVEPOINT',
  TRANS_STMT_RELEASE: 'RELEASE',
  TRANS_STMT_ROLLBACK_TO: 'ROLLBACK TO SAVEPOINT',
  TRANS_STMT_PREPARE: 'PREPARE TRANSACTION',
  TRANS_STMT_COMMIT_PREPARED: 'COMMIT PREPARED',
  TRANS_STMT_ROLLBACK_PREPARED: 'ROLLBACK PREPARED',
};
const twoPhase = new Set([
  'TRANS_STMT_PREPARE',
  'TRANS_STMT_COMMIT_PREPARED',
  'TRANS_STMT_ROLLBACK_PREPARED',
]);

function transactionNeeds(node: AstNode): readonly Permission[] {
  const kind = text(node, 'kind');
  if (transactionKinds[kind] === undefined) return ['admin'];
  return twoPhase.has(kind) ? ['write', 'admin'] : ['read'];
}

function setKind(node: AstNode): string {
  return text(node, 'kind').startsWith('VAR_RESET') ? 'RESET' : 'SET';
}

function createTableAsKind(node: AstNode): string {
  return text(node, 'objtype') === 'OBJECT_MATVIEW' ? 'CREATE MATERIALIZED VIEW' : 'CREATE TABLE AS';
}

/**
 * WITH NO DATA only analyses the query; under EXPLAIN it is planned, and started, all the same, and so is EXECUTE, which
 * computes its arguments (prepare.c, ExecuteQuery).
 */
function createTableAsParts(node: AstNode, mode: Mode): FieldModes {
  const isExecute = unwrap(node.query)?.type === 'ExecuteStmt';
  return mode === 'run' && !isExecute && child(node, 'into').skipData === true ? { query: 'stored' } : {};
}

/**
 * Every statement node of the grammar (PostgreSQL 18). A node that is not here needs admin; statements.test.ts fails
 * when the parser has one that is missing.
 */
export const STATEMENTS: Readonly<Record<string, StatementRow>> = {
  // Queries
  SelectStmt: {
    kind: (node) =>
      isNode(node.intoClause) ? 'SELECT INTO' : list(node, 'valuesLists').length > 0 ? 'VALUES' : 'SELECT',
    needs: ['read'],
    why: 'reads data',
    findings: selectFindings,
  },
  VariableShowStmt: { kind: 'SHOW', needs: ['read'], why: 'reads a setting' },
  DeclareCursorStmt: { kind: 'DECLARE CURSOR', needs: [], why: 'runs its query when fetched from' },
  FetchStmt: {
    kind: (node) => (node.ismove === true ? 'MOVE' : 'FETCH'),
    needs: ['read'],
    why: 'runs the query of a cursor, which is known only if this session declared it',
    findings: (node, known) => known.fetchFindings(text(node, 'portalname')),
  },
  ClosePortalStmt: session('CLOSE'),
  ReturnStmt: { kind: 'RETURN', needs: [], why: 'part of the body of a function in SQL' },

  // Data
  InsertStmt: {
    kind: 'INSERT',
    needs: ['write'],
    why: 'changes data',
    findings: dataFindings,
    parts: insertParts,
  },
  UpdateStmt: { kind: 'UPDATE', needs: ['write'], why: 'changes data', findings: dataFindings },
  DeleteStmt: { kind: 'DELETE', needs: ['write'], why: 'changes data', findings: dataFindings },
  MergeStmt: { kind: 'MERGE', needs: ['write'], why: 'changes data', findings: dataFindings },
  CopyStmt: {
    kind: 'COPY',
    needs: copyNeeds,
    why: 'FROM writes rows; TO takes them out; files and programs are the server’s own',
    findings: copyFindings,
  },
  CallStmt: { kind: 'CALL', needs: ['execute'], why: 'runs a procedure', parts: () => ({ funccall: 'run' }) },
  DoStmt: admin('DO', 'runs a program that nothing can look into'),
  TruncateStmt: ddl('TRUNCATE'),
  LockStmt: {
    kind: 'LOCK TABLE',
    needs: (node) => (node.mode === 1 ? ['read'] : ['write']),
    why: 'ACCESS SHARE is what a query takes; the stronger ones block others',
  },
  NotifyStmt: { kind: 'NOTIFY', needs: ['write'], why: 'puts a message into other sessions’ queues' },
  ListenStmt: session('LISTEN'),
  UnlistenStmt: session('UNLISTEN'),

  // Statements about statements
  ExplainStmt: {
    kind: (node) => (explainRuns(node) ? 'EXPLAIN ANALYZE' : 'EXPLAIN'),
    needs: ['explain'],
    why: 'shows a plan; ANALYZE runs the statement, whatever it is',
    parts: (node) => ({ query: explainRuns(node) ? 'analyze' : 'plan' }),
  },
  PrepareStmt: { kind: 'PREPARE', needs: [], why: 'needs what running it would need' },
  ExecuteStmt: {
    kind: 'EXECUTE',
    needs: [],
    why: 'needs what was prepared needs, which is known only if this session prepared it',
    findings: (node, known) => known.executeFindings(text(node, 'name')),
    planFindings: (node, known) => known.planFindings(text(node, 'name')),
    parts: () => ({ params: 'run' }),
  },
  DeallocateStmt: session('DEALLOCATE'),

  // Transactions and the session
  TransactionStmt: {
    kind: (node) => transactionKinds[text(node, 'kind')] ?? 'TRANSACTION',
    needs: transactionNeeds,
    why: 'own transaction; a prepared one outlives the session and may be somebody else’s',
    findings: (node) => transactionModeFindings(list(node, 'options')),
  },
  ConstraintsSetStmt: session('SET CONSTRAINTS'),
  VariableSetStmt: {
    kind: setKind,
    needs: ['read'],
    why: 'ordinary settings of its own session; the others have their words in session.ts',
    findings: (node) => setFindings(node),
  },
  DiscardStmt: session('DISCARD'),

  // Tables and what belongs to them
  CreateStmt: ddl('CREATE TABLE', (node) => ({
    tableElts: 'stored',
    options: 'stored',
    constraints: 'stored',
    // The server computes what is constant in a partition key while it checks it.
    partspec: 'plan',
    ...(isNode(node.partbound) ? { partbound: 'run' } : {}),
  })),
  AlterTableStmt: {
    kind: named('ALTER', 'objtype'),
    needs: byType('objtype'),
    why: 'changes the schema; new defaults, checks and types are computed over the rows at once',
    findings: alterTableFindings,
  },
  ReplicaIdentityStmt: ddl('REPLICA IDENTITY'),
  AlterTableMoveAllStmt: server('ALTER TABLE ALL IN TABLESPACE'),
  CreateTableAsStmt: {
    kind: createTableAsKind,
    needs: ['ddl'],
    why: 'creates a table from what its query returns',
    parts: createTableAsParts,
  },
  RefreshMatViewStmt: {
    kind: 'REFRESH MATERIALIZED VIEW',
    needs: (node) => (node.skipData === true ? ['ddl'] : ['ddl', 'read']),
    why: 'runs the query of the view again',
  },
  ViewStmt: ddl('CREATE VIEW', 'stored'),
  IndexStmt: ddl('CREATE INDEX'),
  CreateStatsStmt: ddl('CREATE STATISTICS', 'stored'),
  AlterStatsStmt: ddl('ALTER STATISTICS'),
  CreateSeqStmt: ddl('CREATE SEQUENCE'),
  AlterSeqStmt: ddl('ALTER SEQUENCE'),
  CreateTrigStmt: ddl('CREATE TRIGGER', 'stored'),
  RuleStmt: ddl('CREATE RULE', 'stored'),
  CreatePolicyStmt: ddl('CREATE POLICY', 'stored'),
  AlterPolicyStmt: ddl('ALTER POLICY', 'stored'),
  DropStmt: { kind: named('DROP', 'removeType'), needs: byType('removeType'), why: OBJECT_WHY },
  RenameStmt: {
    kind: named('ALTER', 'renameType'),
    needs: (node) =>
      text(node, 'renameType') === 'OBJECT_DATABASE' ? ['admin'] : objectNeeds(text(node, 'renameType')),
    why: OBJECT_WHY,
  },
  AlterObjectSchemaStmt: { kind: named('ALTER', 'objectType'), needs: byType('objectType'), why: OBJECT_WHY },
  AlterObjectDependsStmt: {
    kind: named('ALTER', 'objectType'),
    needs: byType('objectType'),
    why: OBJECT_WHY,
  },
  AlterOwnerStmt: { kind: named('ALTER', 'objectType'), needs: SERVER, why: 'an owner may do everything' },
  CommentStmt: ddl('COMMENT'),
  SecLabelStmt: server('SECURITY LABEL'),

  // Schemas, types, functions, operators, text search
  CreateSchemaStmt: {
    kind: 'CREATE SCHEMA',
    needs: ['ddl'],
    why: `${OBJECT_WHY}; its elements are statements`,
    findings: schemaFindings,
  },
  CompositeTypeStmt: ddl('CREATE TYPE'),
  CreateEnumStmt: ddl('CREATE TYPE'),
  CreateRangeStmt: ddl('CREATE TYPE'),
  AlterEnumStmt: ddl('ALTER TYPE'),
  AlterTypeStmt: ddl('ALTER TYPE'),
  CreateDomainStmt: ddl('CREATE DOMAIN', 'stored'),
  AlterDomainStmt: ddl('ALTER DOMAIN', (node) => (text(node, 'subtype') === 'T' ? { def: 'stored' } : {})),
  DefineStmt: { kind: named('CREATE', 'kind'), needs: byType('kind'), why: OBJECT_WHY, parts: 'stored' },
  AlterCollationStmt: ddl('ALTER COLLATION'),
  CreateFunctionStmt: {
    kind: (node) => (node.is_procedure === true ? 'CREATE PROCEDURE' : 'CREATE FUNCTION'),
    needs: ['ddl'],
    why: 'stores a body; calling it needs execute. Outside the trusted languages it can reach the whole server',
    findings: functionFindings,
    parts: 'stored',
  },
  AlterFunctionStmt: ddl('ALTER FUNCTION', 'stored'),
  CreateCastStmt: ddl('CREATE CAST', 'stored'),
  CreateConversionStmt: ddl('CREATE CONVERSION'),
  CreateOpClassStmt: ddl('CREATE OPERATOR CLASS', 'stored'),
  CreateOpFamilyStmt: ddl('CREATE OPERATOR FAMILY', 'stored'),
  AlterOpFamilyStmt: ddl('ALTER OPERATOR FAMILY', 'stored'),
  AlterOperatorStmt: ddl('ALTER OPERATOR', 'stored'),
  AlterTSDictionaryStmt: ddl('ALTER TEXT SEARCH DICTIONARY'),
  AlterTSConfigurationStmt: ddl('ALTER TEXT SEARCH CONFIGURATION'),

  // Who may do what
  GrantStmt: {
    kind: (node) => (node.is_grant === true ? 'GRANT' : 'REVOKE'),
    needs: (node) => (text(node, 'objtype') === 'OBJECT_PARAMETER_ACL' ? ['admin'] : ['ddl']),
    why: 'changes privileges on objects; those on settings reach the server',
  },
  AlterDefaultPrivilegesStmt: ddl('ALTER DEFAULT PRIVILEGES', 'stored'),
  GrantRoleStmt: admin('GRANT ROLE', 'makes roles members of roles'),
  CreateRoleStmt: admin('CREATE ROLE', 'role management'),
  AlterRoleStmt: admin('ALTER ROLE', 'role management'),
  AlterRoleSetStmt: admin('ALTER ROLE', 'role management'),
  DropRoleStmt: admin('DROP ROLE', 'role management'),
  ReassignOwnedStmt: admin('REASSIGN OWNED', 'gives away everything a role owns'),
  DropOwnedStmt: admin('DROP OWNED', 'drops everything a role owns'),

  // The database and the server
  VacuumStmt: {
    kind: (node) => (node.is_vacuumcmd === true ? 'VACUUM' : 'ANALYZE'),
    needs: (node) => (hasOption(list(node, 'options'), 'full') ? SERVER : ['ddl']),
    why: 'maintenance with lasting effect; FULL rewrites tables under an exclusive lock',
  },
  ReindexStmt: {
    kind: 'REINDEX',
    needs: (node) => (/_(SYSTEM|DATABASE)$/.test(text(node, 'kind')) ? SERVER : ['ddl']),
    why: 'maintenance with lasting effect; of a whole database, the server’s business',
  },
  ClusterStmt: {
    kind: 'CLUSTER',
    needs: (node) => (isNode(node.relation) ? ['ddl'] : SERVER),
    why: 'rewrites tables; without a name, all of them',
  },
  CreateExtensionStmt: {
    kind: 'CREATE EXTENSION',
    needs: (node) => (trustedExtensions.has(text(node, 'extname')) ? ['ddl'] : SERVER),
    why: 'trusted extensions stay inside the database',
  },
  AlterExtensionStmt: server('ALTER EXTENSION'),
  AlterExtensionContentsStmt: server('ALTER EXTENSION'),
  CreateFdwStmt: server('CREATE FOREIGN DATA WRAPPER'),
  AlterFdwStmt: server('ALTER FOREIGN DATA WRAPPER'),
  CreateForeignServerStmt: server('CREATE SERVER'),
  AlterForeignServerStmt: server('ALTER SERVER'),
  CreateForeignTableStmt: server('CREATE FOREIGN TABLE'),
  ImportForeignSchemaStmt: server('IMPORT FOREIGN SCHEMA'),
  CreateUserMappingStmt: server('CREATE USER MAPPING'),
  AlterUserMappingStmt: server('ALTER USER MAPPING'),
  DropUserMappingStmt: server('DROP USER MAPPING'),
  CreateEventTrigStmt: server('CREATE EVENT TRIGGER'),
  AlterEventTrigStmt: server('ALTER EVENT TRIGGER'),
  CreatePLangStmt: server('CREATE LANGUAGE'),
  CreateTransformStmt: server('CREATE TRANSFORM'),
  CreateAmStmt: server('CREATE ACCESS METHOD'),
  CreatePublicationStmt: server('CREATE PUBLICATION'),
  AlterPublicationStmt: server('ALTER PUBLICATION'),
  CreateSubscriptionStmt: server('CREATE SUBSCRIPTION'),
  AlterSubscriptionStmt: server('ALTER SUBSCRIPTION'),
  DropSubscriptionStmt: server('DROP SUBSCRIPTION'),
  CreateTableSpaceStmt: server('CREATE TABLESPACE'),
  DropTableSpaceStmt: server('DROP TABLESPACE'),
  AlterTableSpaceOptionsStmt: server('ALTER TABLESPACE'),
  CreatedbStmt: server('CREATE DATABASE'),
  DropdbStmt: server('DROP DATABASE'),
  AlterDatabaseStmt: admin('ALTER DATABASE', 'database management'),
  AlterDatabaseRefreshCollStmt: admin('ALTER DATABASE', 'database management'),
  AlterDatabaseSetStmt: admin('ALTER DATABASE', 'database management'),
  AlterSystemStmt: admin('ALTER SYSTEM', 'writes the server’s configuration'),
  CheckPointStmt: admin('CHECKPOINT', 'makes the server write everything out'),
  LoadStmt: admin('LOAD', 'loads a library into the server'),

  // Never in the tree of a parsed text: the planner's and PL/pgSQL's own
  SetOperationStmt: admin('SET OPERATION', 'not part of any SQL text'),
  PLAssignStmt: admin('ASSIGNMENT', 'not part of any SQL text'),
};
