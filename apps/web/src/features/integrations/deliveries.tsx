'use client';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { CodeBlock } from '../../ui/copy';
import { type Column, DataTable } from '../../ui/data-table';
import { count } from '../../ui/format';
import { ErrorState } from '../../ui/states';
import { Status } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { type Delivery, type Integration, useDeliveries } from './use-integrations';

const columns: Column<Delivery>[] = [
  { key: 'at', header: 'When', cell: (each) => <Ago at={each.createdAt} /> },
  { key: 'type', header: 'Event', cell: (each) => <span className="font-mono text-xs">{each.type}</span> },
  { key: 'state', header: 'State', cell: (each) => <State delivery={each} /> },
  { key: 'attempts', header: 'Attempts', className: 'tabular-nums', cell: (each) => each.attempts },
];

function State({ delivery }: { delivery: Delivery }) {
  const { state, lastStatus, lastError, durationMs } = delivery;
  if (state === 'delivered')
    return (
      <Status health="good">
        {lastStatus} in {durationMs} ms
      </Status>
    );
  const words =
    state === 'dead' ? `Given up: ${lastError}` : lastError ? `Again soon: ${lastError}` : 'Waiting';
  return (
    <Status health={state === 'dead' ? 'bad' : lastError ? 'warn' : 'off'}>
      <span className="whitespace-normal">{words}</span>
    </Status>
  );
}

interface Props {
  integration: Integration;
  onRedrive: () => void;
  isRedriving: boolean;
}

/** The newest messages to a webhook, what came of each, and those that were given up. */
export function Deliveries({ integration, onRedrive, isRedriving }: Props) {
  const [dead, setDead] = useState(false);
  const [opened, setOpened] = useState<string | null>(null);
  const deliveries = useDeliveries(integration.id, dead);
  const shown = deliveries.data?.find(({ id }) => id === opened);
  return (
    <section className="flex flex-col gap-2.5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-sm font-medium">Deliveries</h3>
        <div className="flex gap-2">
          <Button aria-pressed={dead} onClick={() => setDead(!dead)}>
            {dead ? 'Show all' : `Dead letters (${integration.dead})`}
          </Button>
          {integration.dead > 0 ? (
            <Button busy={isRedriving} onClick={onRedrive}>
              Send {count(integration.dead, 'dead letter')} again
            </Button>
          ) : null}
        </div>
      </div>
      {deliveries.error && !deliveries.data ? (
        <ErrorState error={deliveries.error} onRetry={() => deliveries.refetch()} />
      ) : deliveries.data?.length === 0 ? (
        <p className="text-ink-3 text-sm">
          {dead
            ? 'Nothing was given up.'
            : 'Nothing was sent yet. The next event that it wants appears here.'}
        </p>
      ) : (
        <DataTable
          label="Deliveries"
          columns={columns}
          rows={deliveries.data}
          rowId={(each) => each.id}
          onOpen={(each) => setOpened(each.id === opened ? null : each.id)}
          selectedId={opened ?? undefined}
        />
      )}
      {shown ? <CodeBlock label="Body" code={pretty(shown.body)} /> : null}
    </section>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
