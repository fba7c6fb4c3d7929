'use client';
import Link from 'next/link';
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
import { AuditChips } from './audit-chips';
import { auditColumns } from './audit-columns';
import { AuditDetailPanel } from './audit-detail';
import { AuditFacets } from './audit-facets';
import { type AuditSearch, CLEARED, isNarrowed, readSearch, writeSearch } from './audit-filter';
import { AuditFilters } from './audit-filters';
import { AuditHistogram } from './audit-histogram';
import { type AuditRow, useAuditEvents, useAuditSummary } from './use-audit';
import { type LiveState, useLive } from './use-live';

export function AuditPage() {
  const { orgId, slug } = useOrg();
  const [params, change] = useUrlState();
  const search = readSearch(params);
  const [wantsLive, setLive] = useState(false);
  const live = useLive(orgId, wantsLive);
  const events = useAuditEvents(orgId, search, wantsLive);
  const summary = useAuditSummary(orgId, search);
  const rows = events.data?.pages.flatMap((page) => page.edges.map((edge) => edge.node));
  const event = params.get('event');
  const onChange = (part: Partial<AuditSearch>) => change(writeSearch(part));
  const narrowTo = (from: string, to: string) => onChange({ range: 'custom', from, to });
  return (
    <Page
      title="Audit"
      lead="Every statement with its decision and how it ended, and every change made here. Newest first."
      actions={
        <>
          <Link
            href={`/${slug}/audit/verify`}
            className="text-ink-2 hover:bg-hover hover:text-ink inline-flex h-8 items-center rounded-md px-3 text-sm font-medium"
          >
            Verify
          </Link>
          <LiveButton state={live.state} onClick={() => setLive(!wantsLive)} />
          <Button
            busy={events.isRefetching && !wantsLive}
            disabled={wantsLive}
            onClick={() => Promise.all([events.refetch(), summary.refetch()])}
          >
            <Icon name="refresh" className="size-3.5" /> Refresh
          </Button>
        </>
      }
    >
      <AuditFilters
        search={search}
        onChange={onChange}
        onOpen={(query) =>
          onChange({
            range: '24h',
            from: '',
            to: '',
            ...CLEARED,
            ...Object.fromEntries(new URLSearchParams(query)),
          })
        }
      />
      <AuditChips search={search} summary={summary.data} onChange={onChange} />
      {summary.error && !summary.data ? (
        <p role="alert" className="text-ink-2 text-sm">
          The counts could not be loaded; the list below is complete.
        </p>
      ) : (
        <AuditHistogram summary={summary.data} stale={summary.isPlaceholderData} onZoom={narrowTo} />
      )}
      <div className="grid gap-5 lg:grid-cols-[13rem_minmax(0,1fr)]">
        <div className="hidden lg:block">
          {summary.error && !summary.data ? null : (
            <AuditFacets summary={summary.data} search={search} onChange={onChange} />
          )}
        </div>
        <div className="min-w-0">
          {live.waiting ? (
            <Button className="mb-2 w-full" onClick={live.resume}>
              There are newer events: go to the top
            </Button>
          ) : null}
          <Events
            events={events}
            rows={rows}
            search={search}
            live={wantsLive}
            selectedId={event ?? undefined}
            onOpen={(row) => change({ event: row.id })}
            onWiden={() => change(writeSearch({ range: 'all', from: '', to: '' }))}
          />
        </div>
      </div>
      {event ? <AuditDetailPanel id={event} onClose={() => change({ event: null })} /> : null}
    </Page>
  );
}

const LIVE_TEXT: Record<LiveState, string> = {
  off: 'Live',
  connecting: 'Connecting…',
  live: 'Live',
  paused: 'Paused while you read',
};

function LiveButton({ state, onClick }: { state: LiveState; onClick: () => void }) {
  const dot = {
    off: 'border-ink-3 border',
    connecting: 'bg-warn',
    live: 'bg-good animate-pulse',
    paused: 'bg-warn',
  };
  return (
    <Button aria-pressed={state !== 'off'} onClick={onClick}>
      <span aria-hidden="true" className={cx('size-2 rounded-full', dot[state])} />
      {LIVE_TEXT[state]}
    </Button>
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
