'use client';
import { Icon } from '../../ui/icons';
import { useConnections } from './use-connections';

/** A connection by its slug, with its name once that is known. */
export function ConnectionName({ orgId, slug }: { orgId: string; slug: string }) {
  const connection = useConnections(orgId).data?.find((each) => each.slug === slug);
  return (
    <span className="inline-flex items-center gap-1.5 align-middle whitespace-nowrap">
      <Icon name="connections" className="text-ink-3 size-3.5" />
      <span className="font-medium">{connection?.name ?? slug}</span>
      {connection ? <span className="text-ink-3 text-xs">{connection.environment.name}</span> : null}
    </span>
  );
}
