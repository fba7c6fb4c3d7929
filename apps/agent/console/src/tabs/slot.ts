/**
 * Which of the stored workspaces this window has. A second window gets a second workspace, so that two windows neither
 * overwrite each other's text nor share a database session. The claim is a Web Lock: the browser frees it with the window.
 * Where there are no locks (plain http on another host), all windows have the first one, and the last to save wins.
 */
const SLOTS = 16;
const REMEMBERED = 'postern.slot';

function claim(slot: number): Promise<boolean> {
  return new Promise((resolve) => {
    void navigator.locks.request(`postern-workspace-${slot}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      // Held until the window goes.
      return lock === null ? undefined : new Promise<never>(() => {});
    });
  });
}

function remembered(): number {
  try {
    return Number(sessionStorage.getItem(REMEMBERED) ?? 1);
  } catch {
    return 1;
  }
}

export async function claimSlot(): Promise<number> {
  if (navigator.locks === undefined) return 1;
  const own = remembered();
  const others = Array.from({ length: SLOTS }, (_, index) => index + 1).filter((slot) => slot !== own);
  for (const slot of [own, ...others]) {
    if (!(await claim(slot))) continue;
    try {
      sessionStorage.setItem(REMEMBERED, String(slot));
    } catch {
      // Then a reload may get another slot; nothing is lost.
    }
    return slot;
  }
  return SLOTS + 1;
}
