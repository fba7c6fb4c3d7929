export * from './plan-content.js';
export * from './plan-state.js';
