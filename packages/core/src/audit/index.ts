export * from './chain.js';
export * from './event.js';
export * from './read.js';
export { auditStatementOf, redactSecrets } from './redact.js';
