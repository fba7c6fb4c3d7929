export { accessChangesOf } from './access-changes.js';
export { type Catalog, compileCatalog } from './catalog/catalog.js';
export * from './catalog/model.js';
export { classify } from './classify.js';
export { extensionFunctionNeeds } from './extensions.js';
export * from './model.js';
export { hasOwnTypes, withFindings, withParameterTypes } from './parameter-types.js';
export { INLINE_PARSE_BYTES, loadParser, MAX_SQL_BYTES } from './parse.js';
export { portalCursor } from './portal-cursor.js';
export {
  NEW_SESSION,
  type SessionEffect,
  type SessionState,
  sessionAfter,
  sessionDuring,
  sessionNamesKey,
  sessionOutsideTransaction,
  sessionWithCatalog,
} from './session-state.js';
export { type StatementPrint, statementPrints } from './statement-prints.js';
