export { classify } from './classify.js';
export * from './model.js';
export { INLINE_PARSE_BYTES, loadParser, MAX_SQL_BYTES } from './parse.js';
