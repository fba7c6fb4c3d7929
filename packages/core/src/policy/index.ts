export * from './model.js';
export * from './permission.js';
