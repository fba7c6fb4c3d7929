'use client';
import Link from 'next/link';
import { useId, useState } from 'react';
import type { ReportCadence, ReportFormat, ReportKind, ReportScheduleInput } from '../../gql/graphql';
import { asApiError, fieldError } from '../../graphql/api-error';
import { FieldProblem, SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { Note } from '../../ui/states';
import { useIntegrations } from '../integrations/use-integrations';
import { useOrg } from '../shell/org-context';
import { HOURS, WEEKDAYS } from './cadence';
import { ParameterField } from './parameter-field';
import { type Draft, toDraft, toParameters } from './report-draft';
import type { CatalogEntry } from './use-reports';
import { inputOf, type Schedule, useSaveSchedule } from './use-schedules';

/** A schedule says itself what time a report is about, and an access review is one of many. */
const NOT_SCHEDULED = ['at', 'from', 'to', 'review'];
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

interface Props {
  catalog: readonly CatalogEntry[];
  existing: Schedule | null;
  onClose: () => void;
}

const fresh = (catalog: readonly CatalogEntry[]): ReportScheduleInput => ({
  ...{ name: '', kind: catalog[0]?.kind ?? 'WHO_CAN_WHAT', cadence: 'MONTHLY', day: 1, weekday: 1 },
  ...{ hour: 6, timeZone: HERE, format: 'PDF', enabled: true, recipients: [] },
});

/** Asks which report is made when, and where it goes. */
export function ScheduleDialog({ catalog, existing, onClose }: Props) {
  const zones = useId();
  const [schedule, setSchedule] = useState(existing ? inputOf(existing) : fresh(catalog));
  const [draft, setDraft] = useState<Draft>(existing ? toDraft(existing.parameters) : {});
  const save = useSaveSchedule();
  const error = save.error ? asApiError(save.error) : null;
  const recipientsError = fieldError(error, 'recipients');
  const set = (part: Partial<ReportScheduleInput>) => setSchedule({ ...schedule, ...part });
  const names = (catalog.find(({ kind }) => kind === schedule.kind)?.parameters ?? []).filter(
    (name) => !NOT_SCHEDULED.includes(name),
  );
  const submit = () => {
    const { cadence, weekday, day } = schedule;
    save.mutate(
      {
        id: existing?.id ?? null,
        schedule: {
          ...schedule,
          weekday: cadence === 'WEEKLY' ? (weekday ?? 1) : null,
          day: cadence === 'MONTHLY' ? (day ?? 1) : null,
          parameters: toParameters(draft, names),
        },
      },
      { onSuccess: onClose },
    );
  };
  return (
    <FormDialog
      sticky
      onClose={onClose}
      title={existing ? `Change ${existing.name}` : 'New schedule'}
      description="Each report begins where the one before it ended, so that nothing falls between two."
      submit={existing ? 'Save' : 'Create schedule'}
      disabled={schedule.recipients.length === 0}
      busy={save.isPending}
      error={save.error}
      fields={['name', 'timeZone', 'recipients']}
      onSubmit={submit}
    >
      <SelectField
        label="Report"
        value={schedule.kind}
        onChange={(event) => {
          set({ kind: event.target.value as ReportKind });
          setDraft({});
        }}
      >
        {catalog.map(({ kind, title }) => (
          <option key={kind} value={kind}>
            {title}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Name"
        required
        maxLength={100}
        placeholder="Monthly access for the auditors"
        value={schedule.name}
        onChange={(event) => set({ name: event.target.value })}
        error={fieldError(error, 'name')}
      />
      {names.map((name) => (
        <ParameterField
          key={name}
          kind={schedule.kind}
          name={name}
          value={draft[name] ?? ''}
          onChange={(value) => setDraft({ ...draft, [name]: value })}
        />
      ))}
      <When schedule={schedule} set={set} />
      <TextField
        label="Time zone"
        required
        list={zones}
        value={schedule.timeZone ?? ''}
        onChange={(event) => set({ timeZone: event.target.value })}
        error={fieldError(error, 'timeZone')}
      />
      <datalist id={zones}>
        {['UTC', ...Intl.supportedValuesOf('timeZone')].map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <SelectField
        label="File"
        value={schedule.format ?? 'PDF'}
        onChange={(event) => set({ format: event.target.value as ReportFormat })}
      >
        {['PDF', 'CSV', 'JSON'].map((each) => (
          <option key={each}>{each}</option>
        ))}
      </SelectField>
      <Recipients chosen={schedule.recipients.map(String)} onChange={(recipients) => set({ recipients })} />
      {recipientsError ? <FieldProblem error={recipientsError} /> : null}
    </FormDialog>
  );
}

interface PartProps {
  schedule: ReportScheduleInput;
  set: (part: Partial<ReportScheduleInput>) => void;
}

function When({ schedule, set }: PartProps) {
  return (
    <div className="grid grid-cols-3 gap-3">
      <SelectField
        label="Every"
        value={schedule.cadence}
        onChange={(event) => set({ cadence: event.target.value as ReportCadence })}
      >
        <option value="DAILY">Day</option>
        <option value="WEEKLY">Week</option>
        <option value="MONTHLY">Month</option>
      </SelectField>
      {schedule.cadence === 'WEEKLY' ? (
        <SelectField
          label="On"
          value={schedule.weekday ?? 1}
          onChange={(event) => set({ weekday: Number(event.target.value) })}
        >
          {WEEKDAYS.map((name, index) => (
            <option key={name} value={index + 1}>
              {name}
            </option>
          ))}
        </SelectField>
      ) : null}
      {schedule.cadence === 'MONTHLY' ? (
        <SelectField
          label="On day"
          value={schedule.day ?? 1}
          onChange={(event) => set({ day: Number(event.target.value) })}
        >
          {Array.from({ length: 28 }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: days are their numbers
            <option key={index} value={index + 1}>
              {index + 1}
            </option>
          ))}
        </SelectField>
      ) : null}
      <SelectField
        label="At"
        value={schedule.hour}
        onChange={(event) => set({ hour: Number(event.target.value) })}
      >
        {HOURS.map(([hour, label]) => (
          <option key={hour} value={hour}>
            {label}
          </option>
        ))}
      </SelectField>
    </div>
  );
}

function Recipients({ chosen, onChange }: { chosen: readonly string[]; onChange: (ids: string[]) => void }) {
  const { slug } = useOrg();
  const integrations = useIntegrations();
  const webhooks = (integrations.data ?? []).filter(({ kind }) => kind === 'webhook');
  if (integrations.data && webhooks.length === 0)
    return (
      <Note tone="warn" title="There is no webhook yet">
        Reports are delivered to webhooks.{' '}
        <Link href={`/${slug}/integrations`} className="text-accent underline">
          Create one
        </Link>{' '}
        first.
      </Note>
    );
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">Delivered to</legend>
      {webhooks.map(({ id, name, enabled }) => (
        <label key={id} className="flex items-center gap-2 text-sm">
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={() =>
              onChange(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id])
            }
          />
          {name}
          {enabled ? null : <span className="text-ink-3 text-xs">turned off</span>}
        </label>
      ))}
    </fieldset>
  );
}
