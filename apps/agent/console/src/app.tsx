import type { MeResponse } from '@postern/agent/console-contract';
import { useEffect, useRef, useState } from 'react';
import { ConsoleFailure } from './api/client';
import { useConnections, useMe } from './api/queries';
import { useSessionEnded } from './api/session';
import { Banner } from './shell/banner';
import { Header } from './shell/header';
import { NoConnections } from './shell/no-connections';
import { SignIn, SignInAgain } from './shell/sign-in';
import { claimSlot } from './tabs/slot';
import { Button } from './ui/button';
import { Icon, Spinner } from './ui/icon';
import { Notice } from './ui/notice';
import { capital, Prose } from './ui/prose';
import { Console } from './workspace/console';

function Loading() {
  return (
    <div role="status" className="flex h-full items-center justify-center gap-2 text-muted">
      <Spinner /> Loading
    </div>
  );
}

function Failed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const detail = error instanceof ConsoleFailure ? error.detail : undefined;
  return (
    <main className="grid h-full place-items-center">
      <Notice icon="alert" title={capital(detail?.message ?? 'something went wrong')} role="alert">
        {detail?.fix !== undefined && (
          <p className="text-muted">
            <Prose text={detail.fix} />
          </p>
        )}
        <Button look="primary" onClick={onRetry}>
          <Icon name="refresh" />
          Try again
        </Button>
      </Notice>
    </main>
  );
}

/** Claimed once a window, however often React mounts this. */
let claimed: Promise<number> | undefined;

function useSlot(): number | undefined {
  const [slot, setSlot] = useState<number>();
  useEffect(() => {
    claimed ??= claimSlot();
    void claimed.then(setSlot);
  }, []);
  return slot;
}

function Body({
  me,
  isSheetOpen,
  onSheet,
}: {
  me: MeResponse;
  isSheetOpen: boolean;
  onSheet: (open: boolean) => void;
}) {
  const slot = useSlot();
  const wasShown = useRef(false);
  const connections = useConnections(me.policy.version);
  if (connections.data === undefined) {
    const { error, refetch } = connections;
    return error === null ? <Loading /> : <Failed error={error} onRetry={() => void refetch()} />;
  }
  // Who loses the last connection while at work keeps the text in sight.
  if (connections.data.length > 0) wasShown.current = true;
  if (!wasShown.current) {
    return (
      <NoConnections me={me} isChecking={connections.isFetching} onCheck={() => void connections.refetch()} />
    );
  }
  if (slot === undefined) return <Loading />;
  return (
    <Console
      key={me.user.id}
      storageKey={`postern.${me.user.id}`}
      {...{ me, slot, isSheetOpen, onSheet }}
      connections={connections.data}
    />
  );
}

export function App() {
  const { data: me, error, refetch } = useMe();
  const isEnded = useSessionEnded();
  const [isSheetOpen, setSheetOpen] = useState(false);
  const environment = me?.environmentName;
  useEffect(() => {
    document.title =
      environment === undefined ? 'Postern SQL console' : `${environment} · Postern SQL console`;
  }, [environment]);

  if (me === undefined) {
    if (isEnded) return <SignIn />;
    return error === null ? <Loading /> : <Failed error={error} onRetry={() => void refetch()} />;
  }
  const isAnswering = !(error instanceof ConsoleFailure && error.status === 0);
  return (
    <>
      <div inert={isEnded} className="flex h-full flex-col">
        <Header me={me} onKeys={() => setSheetOpen(true)} />
        <Banner me={me} isAgentAnswering={isAnswering} />
        <Body me={me} isSheetOpen={isSheetOpen} onSheet={setSheetOpen} />
      </div>
      {isEnded && <SignInAgain onSignedIn={() => void refetch()} />}
    </>
  );
}
