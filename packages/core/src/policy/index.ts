export * from './compile.js';
export * from './decide.js';
export * from './diff.js';
export * from './evaluate.js';
export { explain, type GrantedPermission } from './explain.js';
export * from './guard.js';
export * from './model.js';
export * from './permission.js';
export * from './validate.js';
