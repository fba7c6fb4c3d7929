'use client';
import { Popover } from 'radix-ui';
import { Status } from '../../ui/status-dot';
import { useNow } from '../../ui/time';
import { useOrg } from '../shell/org-context';
import { isEnforced, publicationText } from './publication';
import { type EnvironmentState, useEnvironments } from './use-environments';

function summary(environments: readonly EnvironmentState[], now: number): string {
  const [only, ...others] = environments;
  if (only && others.length === 0) {
    return only.agentCount === 0
      ? publicationText(only, now)
      : `policy v${only.policyVersion} ${publicationText(only, now)}`;
  }
  const agentCount = environments.reduce((sum, each) => sum + each.agentCount, 0);
  const enforcedCount = environments.reduce((sum, each) => sum + each.enforcedCount, 0);
  const times = environments.flatMap((each) =>
    each.agentCount > 0 && each.enforcedAt ? [each.enforcedAt] : [],
  );
  const policyVersion = Math.max(...environments.map((each) => each.policyVersion));
  return `policy ${publicationText({ policyVersion, agentCount, enforcedCount, enforcedAt: times.sort().at(-1) ?? null }, now)}`;
}

const health = (environments: readonly EnvironmentState[]) => {
  if (environments.every((each) => each.agentCount === 0)) return 'off';
  return environments.every(isEnforced) ? 'good' : 'warn';
};

/** In the header of every page: is what the rules say what the agents enforce? */
export function PublicationStatus() {
  const { orgId } = useOrg();
  const { data } = useEnvironments(orgId);
  const now = useNow();
  if (!data || data.length === 0) return null;
  return (
    <Popover.Root>
      <Popover.Trigger
        data-testid="publication-status"
        className="text-ink-2 hover:bg-hover hover:text-ink flex h-7 max-w-full min-w-0 items-center rounded-md px-2 text-xs"
      >
        <Status health={health(data)}>
          <span className="truncate" aria-live="polite">
            {summary(data, now)}
          </span>
        </Status>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="bg-raised border-line shadow-pop animate-pop z-50 w-80 max-w-[calc(100vw-16px)] rounded-lg border p-3 text-sm"
        >
          <p className="text-ink-3 mb-2 text-xs">
            A saved rule is published to its environment; every agent acknowledges the version that it
            enforces.
          </p>
          <ul className="flex flex-col gap-2.5">
            {data.map((each) => (
              <li key={each.id}>
                <Status health={health([each])}>
                  <span className="font-medium">{each.name}</span>
                  <span className="text-ink-3 text-xs">v{each.policyVersion}</span>
                </Status>
                <p className="text-ink-2 pl-3.5 text-xs">{publicationText(each, now)}</p>
              </li>
            ))}
          </ul>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
