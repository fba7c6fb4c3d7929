import type { MeResponse } from '@postern/agent/console-contract';
import { environmentTone } from '../connections/environment';
import { EnvironmentLabel } from '../connections/environment-label';
import { clock } from '../results/format';
import { Mark } from './mark';
import { UserMenu } from './user-menu';

const STATE = {
  ok: { dot: 'bg-ok', text: '' },
  none: { dot: 'bg-warn', text: 'none yet' },
  lease_expired: { dot: 'bg-danger', text: 'lease expired' },
  revoked: { dot: 'bg-danger', text: 'agent revoked' },
} as const;

function PolicyState({ policy, agent }: Pick<MeResponse, 'policy' | 'agent'>) {
  const { dot, text } = STATE[policy.state];
  const isAlone = policy.state === 'ok' && !policy.controlPlaneReachable;
  const enforced = policy.enforcedAt === null ? '' : ` · enforced ${clock(policy.enforcedAt)}`;
  const title = `Agent ${agent.name} ${agent.version}, policy version ${policy.version}${enforced}${text && `, ${text}`}`;
  return (
    <div title={title} className="flex min-w-0 items-center gap-2 text-muted">
      <span className={`size-2 shrink-0 rounded-full ${isAlone ? 'bg-warn' : dot}`} />
      <span className="truncate max-[900px]:hidden">{agent.name}</span>
      <span className="whitespace-nowrap">
        policy {policy.state === 'none' ? '' : `v${policy.version}`}
        <span className="max-[800px]:hidden">{policy.state === 'ok' && enforced}</span>
        {text !== '' && <span className="font-medium text-danger"> {text}</span>}
      </span>
    </div>
  );
}

interface HeaderProps {
  readonly me: MeResponse;
  readonly onKeys: () => void;
}

export function Header({ me, onKeys }: HeaderProps) {
  return (
    <header className="shrink-0 border-line border-b bg-surface">
      <div data-tone={environmentTone(me.environmentName)} className="tone-bar h-[3px]" />
      <div className="flex h-11 items-center gap-3 px-3">
        <Mark />
        <h1 className="truncate font-semibold">
          {me.orgName}
          <span className="sr-only"> SQL console</span>
        </h1>
        <EnvironmentLabel label={me.environmentName} solid />
        <span className="ml-auto" />
        <PolicyState policy={me.policy} agent={me.agent} />
        <UserMenu me={me} onKeys={onKeys} />
      </div>
    </header>
  );
}
