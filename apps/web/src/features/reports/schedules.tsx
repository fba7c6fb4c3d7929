'use client';
import { useState } from 'react';
import { Button, IconButton } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { type Column, DataTable } from '../../ui/data-table';
import { absolute, listed } from '../../ui/format';
import { Icon } from '../../ui/icons';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu';
import { Well } from '../../ui/page';
import { ErrorState, FormError } from '../../ui/states';
import { Status } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { useOrg } from '../shell/org-context';
import { cadenceWords } from './cadence';
import { ScheduleDialog } from './schedule-dialog';
import type { CatalogEntry } from './use-reports';
import {
  inputOf,
  type Schedule,
  useDeleteSchedule,
  useRunSchedule,
  useSaveSchedule,
  useSchedules,
} from './use-schedules';

type Action = { kind: 'create' } | { kind: 'edit' | 'delete'; schedule: Schedule };

/** Reports that make themselves and go to webhooks. */
export function Schedules({
  catalog,
  onReport,
}: {
  catalog: readonly CatalogEntry[];
  onReport: (id: string) => void;
}) {
  const { canManage } = useOrg();
  const schedules = useSchedules();
  const [action, setAction] = useState<Action | null>(null);
  const close = () => setAction(null);
  const save = useSaveSchedule();
  const run = useRunSchedule(onReport);
  const error = save.error ?? run.error;
  const pause = (schedule: Schedule) =>
    save.mutate({ id: schedule.id, schedule: { ...inputOf(schedule), enabled: !schedule.enabled } });
  return (
    <section className="flex flex-col gap-3">
      <div className="mt-2 flex flex-wrap items-end justify-between gap-3">
        <div>
          <h2 className="text-sm font-semibold">Scheduled</h2>
          <p className="text-ink-2 text-sm">Made by themselves and delivered to your webhooks, signed.</p>
        </div>
        {canManage ? (
          <Button data-create onClick={() => setAction({ kind: 'create' })}>
            <Icon name="plus" className="size-3.5" /> New schedule
          </Button>
        ) : null}
      </div>
      {action === null && error ? <FormError error={error} /> : null}
      {schedules.error && !schedules.data ? (
        <Well>
          <ErrorState error={schedules.error} onRetry={() => schedules.refetch()} />
        </Well>
      ) : schedules.data?.length === 0 ? (
        <Well>
          <p className="text-ink-3 px-4 py-6 text-center text-sm">
            Nothing is scheduled. A monthly “Who can do what” is what most auditors ask for first.
          </p>
        </Well>
      ) : (
        <DataTable
          label="Scheduled reports"
          columns={columns({ canManage, onReport, onAction: setAction, onRun: run.mutate, onPause: pause })}
          rows={schedules.data}
          rowId={({ id }) => id}
        />
      )}
      {action?.kind === 'create' ? (
        <ScheduleDialog catalog={catalog} existing={null} onClose={close} />
      ) : null}
      {action?.kind === 'edit' ? (
        <ScheduleDialog catalog={catalog} existing={action.schedule} onClose={close} />
      ) : null}
      {action?.kind === 'delete' ? <DeleteSchedule schedule={action.schedule} onClose={close} /> : null}
    </section>
  );
}

interface Ways {
  canManage: boolean;
  onReport: (id: string) => void;
  onAction: (action: Action) => void;
  onRun: (id: string) => void;
  onPause: (schedule: Schedule) => void;
}

function columns({ canManage, onReport, onAction, onRun, onPause }: Ways): Column<Schedule>[] {
  const base: Column<Schedule>[] = [
    {
      key: 'name',
      header: 'Schedule',
      className: 'min-w-40',
      cell: ({ name, title }) => (
        <span className="flex flex-col leading-tight">
          <span className="font-medium">{name}</span>
          <span className="text-ink-3 text-xs">{title}</span>
        </span>
      ),
    },
    { key: 'when', header: 'When', className: 'text-ink-2', cell: cadenceWords },
    {
      key: 'to',
      header: 'To',
      className: 'hidden text-ink-2 md:table-cell',
      cell: ({ recipients }) => listed(recipients.map(({ name }) => name)) || 'nobody',
    },
    { key: 'last', header: 'Last', cell: (schedule) => <Last schedule={schedule} onReport={onReport} /> },
    {
      key: 'next',
      header: 'Next',
      className: 'text-ink-2',
      cell: ({ enabled, nextRunAt }) =>
        enabled && nextRunAt ? (
          <span title={absolute(nextRunAt)}>
            <Ago at={nextRunAt} />
          </span>
        ) : (
          <Status health="off">Paused</Status>
        ),
    },
  ];
  if (!canManage) return base;
  return [
    ...base,
    {
      key: 'actions',
      header: 'Actions',
      quiet: true,
      className: 'w-10',
      cell: (schedule) => (
        <Menu
          trigger={
            <IconButton label={`Actions for ${schedule.name}`}>
              <Icon name="dots" />
            </IconButton>
          }
        >
          <MenuItem onSelect={() => onRun(schedule.id)}>Make and send now</MenuItem>
          <MenuItem onSelect={() => onPause(schedule)}>{schedule.enabled ? 'Pause' : 'Resume'}</MenuItem>
          <MenuItem onSelect={() => onAction({ kind: 'edit', schedule })}>Change…</MenuItem>
          <MenuSeparator />
          <MenuItem danger onSelect={() => onAction({ kind: 'delete', schedule })}>
            Delete…
          </MenuItem>
        </Menu>
      ),
    },
  ];
}

/** The last report and whether it arrived everywhere. */
function Last({ schedule, onReport }: { schedule: Schedule; onReport: (id: string) => void }) {
  const { lastReport, recipients } = schedule;
  if (!lastReport) return <span className="text-ink-3">never</span>;
  const deliveries = recipients.flatMap(({ name, lastDelivery }) =>
    lastDelivery ? [{ name, ...lastDelivery }] : [],
  );
  const dead = deliveries.find(({ state }) => state === 'dead');
  const late = deliveries.find(({ state, lastError }) => state === 'waiting' && lastError);
  const arrived = deliveries.length > 0 && deliveries.every(({ state }) => state === 'delivered');
  return (
    <span className="flex flex-col items-start leading-tight">
      <button type="button" className="text-accent hover:underline" onClick={() => onReport(lastReport.id)}>
        <Ago at={lastReport.createdAt} />
        <span className="sr-only">: open the last report of {schedule.name}</span>
      </button>
      <span className="text-xs">
        {lastReport.status === 'FAILED' ? (
          <Status health="bad" title={lastReport.error ?? ''}>
            Could not be made
          </Status>
        ) : dead ? (
          <Status health="bad" title={dead.lastError ?? ''}>
            Not delivered to {dead.name}
          </Status>
        ) : late ? (
          <Status health="warn" title={late.lastError ?? ''}>
            Trying {late.name} again
          </Status>
        ) : (
          <Status health={arrived ? 'good' : 'off'}>{arrived ? 'Delivered' : 'On its way'}</Status>
        )}
      </span>
    </span>
  );
}

function DeleteSchedule({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const remove = useDeleteSchedule();
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Delete ${schedule.name}?`}
      confirm="Delete schedule"
      onConfirm={() => remove.mutate(schedule.id, { onSuccess: onClose })}
      busy={remove.isPending}
      error={remove.error}
    >
      <p>No more reports are made by it. Those that it made stay. To stop for a while, pause it instead.</p>
    </Confirm>
  );
}
