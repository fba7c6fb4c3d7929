'use client';
import { useState } from 'react';
import { asApiError, fieldError } from '../../graphql/api-error';
import { FieldProblem, SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { SecretOnce } from './secret-once';
import { EVENT_CHOICES, type Integration, KINDS, useSaveIntegration } from './use-integrations';

const ADDRESS: Readonly<Record<string, string>> = {
  webhook: 'https://example.com/postern',
  https: 'https://http-intake.example.com/v1/input',
  syslog: 'syslog+tls://siem.example.com:6514',
};

export function IntegrationDialog({
  existing,
  onClose,
}: {
  existing: Integration | null;
  onClose: () => void;
}) {
  const [kind, setKind] = useState(existing?.kind ?? 'webhook');
  const [name, setName] = useState(existing?.name ?? '');
  const [url, setUrl] = useState(existing?.url ?? '');
  const [format, setFormat] = useState(existing?.format ?? 'json');
  const [authorization, setAuthorization] = useState('');
  const [eventTypes, setEventTypes] = useState<readonly string[]>(existing?.eventTypes ?? []);
  const save = useSaveIntegration(existing);
  const error = save.error ? asApiError(save.error) : null;
  const eventsError = fieldError(error, 'eventTypes');
  if (save.data?.secret)
    return <SecretOnce name={save.data.integration.name} secret={save.data.secret} onClose={onClose} />;
  if (save.isSuccess) onClose();
  return (
    <FormDialog
      sticky
      onClose={onClose}
      title={existing ? `Change ${existing.name}` : 'New integration'}
      submit={existing ? 'Save' : 'Create integration'}
      busy={save.isPending}
      error={save.error}
      fields={['name', 'url', 'authorization', 'eventTypes']}
      onSubmit={() =>
        save.mutate({
          kind,
          name: name.trim(),
          url: url.trim(),
          format: kind === 'webhook' ? 'json' : format,
          eventTypes: [...eventTypes],
          authorization: kind === 'https' && authorization ? authorization : null,
        })
      }
    >
      {existing ? null : (
        <SelectField
          label="Kind"
          value={kind}
          onChange={(event) => setKind(event.target.value)}
          hint={
            kind === 'webhook'
              ? 'One signed message an event, kept and retried until it arrives.'
              : 'Events in batches and in order; while it is away they wait in the trail.'
          }
        >
          {Object.entries(KINDS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
      )}
      <TextField
        label="Name"
        required
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={fieldError(error, 'name')}
      />
      <TextField
        label="Address"
        required
        spellCheck={false}
        className="font-mono"
        placeholder={ADDRESS[kind]}
        value={url}
        onChange={(event) => setUrl(event.target.value)}
        hint="Must be reachable from the internet: nothing is sent to private addresses."
        error={fieldError(error, 'url')}
      />
      {kind === 'https' ? (
        <TextField
          label="Authorization header"
          optional
          type="password"
          autoComplete="off"
          value={authorization}
          onChange={(event) => setAuthorization(event.target.value)}
          hint={existing ? 'Left empty, it stays as it is.' : 'Kept encrypted, never shown again.'}
          error={fieldError(error, 'authorization')}
        />
      ) : null}
      {kind === 'webhook' ? null : (
        <SelectField label="Format" value={format} onChange={(event) => setFormat(event.target.value)}>
          <option value="json">JSON as in the audit trail</option>
          <option value="ocsf">OCSF 1.3.0</option>
        </SelectField>
      )}
      <EventChoices chosen={eventTypes} onChange={setEventTypes} />
      {eventsError ? <FieldProblem error={eventsError} /> : null}
    </FormDialog>
  );
}

function EventChoices({
  chosen,
  onChange,
}: {
  chosen: readonly string[];
  onChange: (patterns: readonly string[]) => void;
}) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">Events</legend>
      {EVENT_CHOICES.map(({ patterns, label }) => {
        const isChosen = patterns.every((pattern) => chosen.includes(pattern));
        return (
          <label key={label} className="flex items-start gap-2 text-sm">
            <input
              type="checkbox"
              className="mt-0.5"
              checked={isChosen}
              onChange={() => {
                const others = chosen.filter((pattern) => !patterns.includes(pattern));
                onChange(isChosen ? others : [...others, ...patterns]);
              }}
            />
            <span className="min-w-0">
              {label} <span className="text-ink-3 font-mono text-xs">{patterns.join(' ')}</span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
