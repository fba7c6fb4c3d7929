export * from './chain.js';
export * from './event.js';
export { auditStatementOf, redactSecrets } from './redact.js';
