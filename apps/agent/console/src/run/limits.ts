/** What a window holds well at once; more is loaded when asked for. */
export const FIRST_ROWS = 100_000;
export const MOST_ROWS = 1_000_000;
