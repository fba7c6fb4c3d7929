import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ConsoleFailure } from '../api/client';
import { administratorsQuery, askForAccess } from '../api/kept';
import { Button } from '../ui/button';
import { Icon, Spinner } from '../ui/icon';
import { capital } from '../ui/prose';

interface AskProps {
  readonly connection: string;
  readonly permissions: readonly string[];
  readonly auditId: string | undefined;
}

/** Who may grant what is missing, and a request that reaches them: they see it where the rules are. */
export function AskForAccess({ connection, permissions, auditId }: AskProps) {
  const { data } = useQuery(administratorsQuery);
  const [reason, setReason] = useState('');
  const [state, setState] = useState<'open' | 'sending' | 'sent' | 'known'>('open');
  const [problem, setProblem] = useState<string>();
  const send = async () => {
    setState('sending');
    setProblem(undefined);
    try {
      const isNew = await askForAccess({
        connection,
        permissions,
        reason,
        ...(auditId === undefined ? {} : { auditId }),
      });
      setState(isNew ? 'sent' : 'known');
    } catch (error) {
      setProblem(error instanceof ConsoleFailure ? error.detail.message : 'the request could not be sent');
      setState('open');
    }
  };
  const names = (data?.administrators ?? []).map(({ name, email }) => name || email);
  return (
    <form
      aria-label="Ask for access"
      className="flex flex-col gap-2 rounded-md border border-line bg-bg p-3"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p className="text-muted">
        {names.length === 0
          ? 'An administrator of your organisation can grant it.'
          : `${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more` : ''} can grant it.`}
      </p>
      {state === 'sent' || state === 'known' ? (
        <p role="status" className="flex items-center gap-2">
          <Icon name="check" className="text-ok" />
          {state === 'sent'
            ? 'Asked. The request is recorded for your administrators; what they grant works here within seconds.'
            : 'You have asked for this already, and nobody has answered yet.'}
        </p>
      ) : (
        <div className="flex flex-wrap items-center gap-2">
          <input
            aria-label="What you need it for"
            placeholder="What you need it for"
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            className="h-7 min-w-48 flex-1 rounded-md border border-line-strong bg-surface px-2"
          />
          <Button type="submit" look="primary" disabled={state === 'sending'}>
            {state === 'sending' && <Spinner />}
            Ask for {permissions.join(', ')}
          </Button>
        </div>
      )}
      {problem !== undefined && (
        <p role="alert" className="text-danger">
          {capital(problem)}. You can copy the request instead.
        </p>
      )}
    </form>
  );
}
