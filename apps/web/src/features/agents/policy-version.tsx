import type { Agent } from './use-agents';

/** The policy version that an agent enforces, and the newest when it is behind. */
export function PolicyVersion({ agent }: { agent: Agent }) {
  const newest = agent.environment.policyVersion;
  if (agent.status === 'REVOKED') return <span className="text-ink-3">none</span>;
  if (agent.isCurrent) return <span>v{agent.policyVersion}</span>;
  return (
    <span className="text-warn">
      v{agent.policyVersion} <span className="text-ink-3">of v{newest}</span>
    </span>
  );
}
