/** Where the window comes back to in which somebody signed in again; the page that they worked in is another. */
export const SIGNED_IN_PATH = '/signed-in';

const CHANNEL = 'postern.signed-in';

/** Hears of a sign-in in another window of this browser; answers how to stop. */
export function onSignedInElsewhere(listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = listener;
  return () => channel.close();
}

/** Tells the page that waits, and goes away. */
export function leaveSignedIn(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage('signed in');
  channel.close();
  window.close();
}
