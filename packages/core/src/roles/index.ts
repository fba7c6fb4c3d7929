export * from './catalog.js';
export * from './changes.js';
export * from './desired.js';
export * from './graph.js';
export * from './objects.js';
export * from './privileges.js';
export * from './problem.js';
