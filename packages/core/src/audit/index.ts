export * from './chain.js';
export * from './event.js';
export { type CanonicalForm, canonicalForm } from './form.js';
export * from './read.js';
export { redactSecrets } from './redact.js';
export { isSecretText, mayHoldSecrets } from './secret-names.js';
export {
  type KnownFacts,
  type OwnFacts,
  readSpooledLinks,
  type SharedFacts,
  type SpooledLink,
} from './spooled-link.js';
export {
  auditStatementOf,
  KEEP_ALL,
  type StatementKeeping,
  type StatementTree,
  trimmed,
  withoutQuotes,
} from './statement.js';
export * from './verify.js';
