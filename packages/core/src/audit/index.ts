export * from './chain.js';
export * from './event.js';
