import { words } from './functions.js';

/**
 * Node types, apart from statements, that the grammar can produce and that need nothing by themselves: what they hold is
 * walked into. A type that is not here needs admin, so that a new grammar is never taken for a harmless one.
 */
export const PLAIN_NODES: ReadonlySet<string> = words(`
  A_ArrayExpr A_Const A_Expr A_Indices A_Indirection A_Star AccessPriv Alias AlterTableCmd ATAlterConstraint
  BitString BoolExpr Boolean BooleanTest CaseExpr CaseWhen CoalesceExpr CollateClause ColumnDef ColumnRef
  CommonTableExpr Constraint CreateOpClassItem CTECycleClause CTESearchClause CurrentOfExpr DefElem Float FuncCall
  FunctionParameter GroupingFunc GroupingSet IndexElem InferClause Integer IntoClause JoinExpr JsonAggConstructor
  JsonArgument JsonArrayAgg JsonArrayConstructor JsonArrayQueryConstructor JsonBehavior JsonFormat JsonFuncExpr
  JsonIsPredicate JsonKeyValue JsonObjectAgg JsonObjectConstructor JsonOutput JsonParseExpr JsonReturning
  JsonScalarExpr JsonSerializeExpr JsonTable JsonTableColumn JsonTablePathSpec JsonValueExpr List LockingClause
  MergeSupportFunc MergeWhenClause MinMaxExpr MultiAssignRef NamedArgExpr NullTest ObjectWithArgs OnConflictClause
  ParamRef PartitionBoundSpec PartitionCmd PartitionElem PartitionRangeDatum PartitionSpec PublicationObjSpec
  PublicationTable RangeFunction RangeSubselect RangeTableFunc RangeTableFuncCol RangeTableSample RangeVar ResTarget
  ReturningClause ReturningOption RoleSpec RowExpr SetToDefault SortBy SQLValueFunction StatsElem String
  SubLink TableLikeClause TriggerTransition TypeCast TypeName VacuumRelation WindowDef WithClause XmlExpr
  XmlSerialize`);
