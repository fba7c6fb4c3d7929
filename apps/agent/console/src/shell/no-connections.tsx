import type { MeResponse } from '@postern/agent/console-contract';
import { requestText } from '../results/request-text';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy';
import { Icon, Spinner } from '../ui/icon';
import { Notice } from '../ui/notice';

interface NoConnectionsProps {
  readonly me: MeResponse;
  readonly isChecking: boolean;
  readonly onCheck: () => void;
}

function Asking({ me }: { me: MeResponse }) {
  const person = { email: me.user.email, orgName: me.orgName, environmentName: me.environmentName };
  return (
    <>
      <p className="text-muted">
        In {me.environmentName}, no rule gives you a permission on a database. Ask an administrator of{' '}
        {me.orgName} for a rule that names you or a group of yours, and say what you need to do. Once the rule
        is saved, the connection appears here within seconds.
      </p>
      <p>
        Rules know you as{' '}
        <code className="rounded bg-sunken px-1 font-mono text-[12px]">user:{me.user.email}</code>
      </p>
      <CopyButton
        look="primary"
        label="Copy a request for access"
        caption="Copy a request for access"
        text={requestText(person, null, [])}
      />
    </>
  );
}

/** For a person without any connection: how to get one, and nothing that leads nowhere. */
export function NoConnections({ me, isChecking, onCheck }: NoConnectionsProps) {
  const isEnforcing = me.policy.state === 'ok';
  return (
    <main className="grid min-h-0 flex-1 place-items-center overflow-auto">
      <Notice
        icon={isEnforcing ? 'database' : 'shield'}
        title={isEnforcing ? 'You have no connection yet' : 'No connection can be used now'}
        role="status"
      >
        {isEnforcing ? (
          <Asking me={me} />
        ) : (
          <p className="text-muted">
            The agent denies everything until it has a policy that it can trust; see above.
          </p>
        )}
        <Button onClick={onCheck} disabled={isChecking}>
          {isChecking ? <Spinner /> : <Icon name="refresh" />}
          Check again
        </Button>
      </Notice>
    </main>
  );
}
