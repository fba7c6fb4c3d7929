import type { TextSession } from '../session-state.js';
import { type AstNode, child, isNode, list, text, unwrap } from '../tree.js';
import type { NestedText } from '../walk.js';
import { walkStatement } from '../walk.js';
import type { Names } from './names.js';
import { reasonsOf } from './reach.js';

/** What can be told of a statement from what it stores: it stores code when running that would need more than `read`. */
const BY_CONTENT = new Set(
  `AlterDomainStmt AlterPolicyStmt CompositeTypeStmt CreateDomainStmt CreatePolicyStmt CreateSchemaStmt CreateStatsStmt
  CreateStmt CreateTableAsStmt IndexStmt RuleStmt SelectStmt ViewStmt`.split(/\s+/),
);

/** Statements that store code, or make names stand for other code, whatever they hold. */
const ALWAYS = new Set(
  `AlterExtensionContentsStmt AlterExtensionStmt AlterFunctionStmt AlterOpFamilyStmt AlterOperatorStmt
  AlterTSConfigurationStmt AlterTSDictionaryStmt AlterTypeStmt CreateCastStmt CreateConversionStmt CreateExtensionStmt
  CreateForeignTableStmt CreateFunctionStmt CreateOpClassStmt CreateOpFamilyStmt CreateRangeStmt CreateTransformStmt
  CreateTrigStmt DefineStmt ImportForeignSchemaStmt`.split(/\s+/),
);

/** ALTER TABLE actions that can be told from their content. The others may wake up what the catalog does not show. */
const TOLD_ACTIONS = new Set(
  `AddColumn AddConstraint AddIdentity AddIndex AddIndexConstraint AlterColumnType AlterConstraint ChangeOwner
  ClusterOn ColumnDefault DetachPartition DetachPartitionFinalize DisableRowSecurity DisableRule DisableTrig
  DisableTrigAll DisableTrigUser DropCluster DropColumn DropConstraint DropExpression DropIdentity DropInherit
  DropNotNull NoForceRowSecurity ReplaceRelOptions ReplicaIdentity ResetOptions ResetRelOptions SetCompression
  SetIdentity SetLogged SetNotNull SetOptions SetRelOptions SetStatistics SetStorage SetTableSpace SetUnLogged
  ValidateConstraint`
    .split(/\s+/)
    .map((name) => `AT_${name}`),
);

/** What may be renamed without any name standing for other code. */
const PLAIN_NAMES = new Set(
  'COLUMN DOMCONSTRAINT INDEX POLICY RULE SEQUENCE TABCONSTRAINT TRIGGER'
    .split(' ')
    .map((name) => `OBJECT_${name}`),
);

/** True when a statement makes or changes something that runs code which the catalog at hand does not show. */
export function storesCode(stmt: AstNode, names: Names, session: TextSession, nested: NestedText): boolean {
  const { type = '', node = {} } = unwrap(stmt) ?? {};
  if (ALWAYS.has(type)) return true;
  if (type === 'ExplainStmt') return storesCode(child(node, 'query'), names, session, nested);
  const told =
    BY_CONTENT.has(type) ||
    (type === 'AlterTableStmt' && list(node, 'cmds').every(isTold)) ||
    ((type === 'RenameStmt' || type === 'AlterObjectSchemaStmt') && isPlainTable(node));
  if (!told) {
    if (type === 'RenameStmt') return !PLAIN_NAMES.has(text(node, 'renameType'));
    return type === 'AlterTableStmt' || type === 'AlterObjectSchemaStmt';
  }
  if (type === 'SelectStmt' && !isNode(node.intoClause)) return false;
  const { findings, uses } = walkStatement(stmt, session, nested, { names, isStored: true });
  return (
    findings.some((finding) => 'wall' in finding || finding.permission !== 'read') ||
    uses.some(({ use }) => reasonsOf(names.catalog, use).length > 0)
  );
}

function isTold(command: unknown): boolean {
  return TOLD_ACTIONS.has(text(unwrap(command)?.node ?? {}, 'subtype'));
}

/** Renaming or moving a relation that runs no code. */
function isPlainTable(node: AstNode): boolean {
  const type = text(node, 'renameType') || text(node, 'objectType');
  return ['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW'].includes(type);
}
