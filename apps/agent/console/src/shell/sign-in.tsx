import { type MouseEvent, useEffect, useRef } from 'react';
import { Mark } from './mark';
import { onSignedInElsewhere, SIGNED_IN_PATH } from './signed-in';

const LINK =
  'inline-flex h-9 items-center justify-center rounded-md bg-accent-fill px-4 font-medium text-white hover:bg-accent-fill-hover';

/** Comes back to what the address names: links lead somewhere also for who has to sign in first. */
const signInFor = (path: string) => `/auth/login?return_to=${encodeURIComponent(path)}`;

/** Nobody is signed in here yet. */
export function SignIn() {
  return (
    <main className="grid h-full place-items-center p-6">
      <div className="flex w-full max-w-sm flex-col items-center gap-5 rounded-xl border border-line bg-surface p-8 text-center shadow-(--shadow)">
        <Mark className="size-10" />
        <div>
          <h1 className="font-semibold text-[17px]">SQL console</h1>
          <p className="mt-1 text-muted">
            Sign in with your organisation's account. You will come back here, and what you had typed is still
            there.
          </p>
        </div>
        <a href={signInFor(window.location.pathname + window.location.search)} className={`${LINK} w-full`}>
          Sign in
        </a>
      </div>
    </main>
  );
}

/** The session ended while somebody worked: what they typed and staged stays behind this, and goes on after it. */
export function SignInAgain({ onSignedIn }: { onSignedIn: () => void }) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => link.current?.focus(), []);
  useEffect(() => onSignedInElsewhere(onSignedIn), [onSignedIn]);
  const openWindow = (event: MouseEvent) => {
    // A browser that opens no window follows the link, and the text is kept over that.
    if (window.open(signInFor(SIGNED_IN_PATH), 'postern-sign-in', 'popup,width=480,height=720') !== null)
      event.preventDefault();
  };
  return (
    <div className="fixed inset-0 z-50 grid place-items-center bg-black/40 p-6">
      <div
        role="alertdialog"
        aria-modal="true"
        aria-labelledby="ended-title"
        aria-describedby="ended-text"
        className="w-full max-w-sm rounded-xl border border-line bg-raised p-6 text-center shadow-(--shadow)"
      >
        <h2 id="ended-title" className="font-semibold text-[15px]">
          Your session ended
        </h2>
        <p id="ended-text" className="mt-1 mb-5 text-muted">
          Sign in, and go on where you were: what you typed and staged is kept. Open transactions were rolled
          back.
        </p>
        <a
          ref={link}
          href={signInFor(window.location.pathname)}
          onClick={openWindow}
          className={`${LINK} w-full`}
        >
          Sign in
        </a>
      </div>
    </div>
  );
}

/** In the window that was opened for it, where the browser leaves it open. */
export function SignedIn() {
  return (
    <main className="grid h-full place-items-center p-6 text-center">
      <div>
        <h1 className="font-semibold text-[17px]">You are signed in</h1>
        <p className="mt-1 text-muted">Close this window: your work is in the other one.</p>
      </div>
    </main>
  );
}
