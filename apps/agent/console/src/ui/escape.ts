import type { KeyboardEvent } from 'react';

/** Esc within a panel closes it; in a menu or dialog that it opened, which React tells it too, it does not. */
export const onEscape =
  (close: () => void) =>
  ({ key, currentTarget, target }: KeyboardEvent) => {
    if (key === 'Escape' && currentTarget.contains(target as Node)) close();
  };
