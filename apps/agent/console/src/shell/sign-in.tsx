import { useEffect, useRef } from 'react';
import { Mark } from './mark';

const LINK =
  'inline-flex h-9 items-center justify-center rounded-md bg-accent-fill px-4 font-medium text-white hover:bg-accent-fill-hover';

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
        <a href="/auth/login" className={`${LINK} w-full`}>
          Sign in
        </a>
      </div>
    </main>
  );
}

/** The session ended while somebody worked: their text stays in sight behind this. */
export function SignInAgain() {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => link.current?.focus(), []);
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
          What you typed is kept. Open transactions were rolled back.
        </p>
        <a ref={link} href="/auth/login" className={`${LINK} w-full`}>
          Sign in
        </a>
      </div>
    </div>
  );
}
