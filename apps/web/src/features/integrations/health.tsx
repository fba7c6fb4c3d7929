import { count } from '../../ui/format';
import { Status } from '../../ui/status-dot';
import type { Integration } from './use-integrations';

export function IntegrationHealth({ integration }: { integration: Integration }) {
  const { enabled, disabledReason, failures, lastError, dead, behind, refusal } = integration;
  if (!enabled)
    return (
      <Status health="off" title={disabledReason ?? ''}>
        <span className="whitespace-normal">Off{disabledReason ? `: ${disabledReason}` : ''}</span>
      </Status>
    );
  if (refusal)
    return (
      <Status health="bad" title={refusal}>
        <span className="whitespace-normal">Nothing is sent: {refusal}</span>
      </Status>
    );
  if (failures > 0)
    return (
      <Status health="bad" title={lastError ?? ''}>
        <span className="whitespace-normal">Failing: {lastError}</span>
      </Status>
    );
  if (dead > 0) return <Status health="warn">{count(dead, 'dead letter')}</Status>;
  if (behind > 0) return <Status health="good">Catching up, {count(behind, 'event')} to go</Status>;
  return <Status health="good">Up to date</Status>;
}
