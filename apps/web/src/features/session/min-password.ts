/** The api refuses shorter ones; said in the form before it does. */
export const MIN_PASSWORD = 10;
