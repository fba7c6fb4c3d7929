export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** The promise's outcome, or {@link TimedOut}; what the promise stands for goes on. */
export async function deadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut()), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => undefined);
  }
}

/** What something takes when nothing else holds it up. */
export const cheapestOf = (durations: readonly number[]): number =>
  durations.length === 0 ? 0 : Math.min(...durations);
