'use client';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { cx } from '../../ui/cx';
import { DataTable } from '../../ui/data-table';
import { count } from '../../ui/format';
import { Icon } from '../../ui/icons';
import { Page, Well } from '../../ui/page';
import { EmptyState, ErrorState } from '../../ui/states';
import { useNow } from '../../ui/time';
import { useUrlState } from '../../ui/use-url-state';
import { useOrg } from '../shell/org-context';
import { auditColumns } from './audit-columns';
import { AuditDetailPanel } from './audit-detail';
import { type AuditSearch, isNarrowed, readSearch, writeSearch } from './audit-filter';
import { AuditFilters } from './audit-filters';
import { type AuditRow, useAuditEvents } from './use-audit';

export function AuditPage() {
  const { orgId } = useOrg();
  const [params, change] = useUrlState();
  const search = readSearch(params);
  const [live, setLive] = useState(false);
  const events = useAuditEvents(orgId, search, live);
  const rows = events.data?.pages.flatMap((page) => page.edges.map((edge) => edge.node));
  const event = params.get('event');
  return (
    <Page
      title="Audit"
      lead="Every statement with its decision and how it ended, and every change made here. Newest first."
      actions={
        <>
          <Button aria-pressed={live} onClick={() => setLive(!live)}>
            <span
              aria-hidden="true"
              className={cx('size-2 rounded-full', live ? 'bg-good animate-pulse' : 'border-ink-3 border')}
            />
            Live
          </Button>
          <Button busy={events.isRefetching && !live} disabled={live} onClick={() => events.refetch()}>
            <Icon name="refresh" className="size-3.5" /> Refresh
          </Button>
        </>
      }
    >
      <AuditFilters search={search} onChange={(part) => change(writeSearch(part))} />
      <Events
        events={events}
        rows={rows}
        search={search}
        live={live}
        selectedId={event ?? undefined}
        onOpen={(row) => change({ event: row.id })}
        onWiden={() => change(writeSearch({ range: 'all', from: '', to: '' }))}
      />
      {event ? <AuditDetailPanel id={event} onClose={() => change({ event: null })} /> : null}
    </Page>
  );
}

interface EventsProps {
  events: ReturnType<typeof useAuditEvents>;
  rows: AuditRow[] | undefined;
  search: AuditSearch;
  live: boolean;
  selectedId: string | undefined;
  onOpen: (row: AuditRow) => void;
  onWiden: () => void;
}

function Events({ events, rows, search, live, selectedId, onOpen, onWiden }: EventsProps) {
  const now = useNow();
  if (events.error && !rows) {
    return (
      <Well>
        <ErrorState error={events.error} onRetry={() => events.refetch()} />
      </Well>
    );
  }
  if (rows?.length === 0) {
    return (
      <Well>
        <EmptyState
          icon="audit"
          title={isNarrowed(search) ? 'No event matches' : 'Nothing happened in this time'}
          action={search.range === 'all' ? null : <Button onClick={onWiden}>Search all time</Button>}
        >
          Statements appear here within a second of being run, allowed or refused, and so does every change of
          a rule.
        </EmptyState>
      </Well>
    );
  }
  return (
    <div className={cx(events.isPlaceholderData && 'opacity-60')}>
      <DataTable
        label="Audit events"
        columns={auditColumns(now)}
        rows={rows}
        rowId={(row) => row.id}
        onOpen={onOpen}
        selectedId={selectedId}
        footer={rows ? <More events={events} shown={rows.length} live={live} /> : undefined}
      />
    </div>
  );
}

function More({ events, shown, live }: { events: EventsProps['events']; shown: number; live: boolean }) {
  return (
    <span className="flex min-h-8 items-center gap-3">
      {count(shown, 'event')}
      {live ? (
        <span>the newest; switch Live off to go further back</span>
      ) : events.hasNextPage ? (
        <Button busy={events.isFetchingNextPage} onClick={() => events.fetchNextPage()}>
          Load more
        </Button>
      ) : (
        <span>that is all</span>
      )}
      {events.error ? <span className="text-bad">the last request failed; try again</span> : null}
    </span>
  );
}
