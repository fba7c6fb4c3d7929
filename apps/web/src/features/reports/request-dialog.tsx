'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Field, SelectField, TextField } from '../../ui/field';
import { FormError } from '../../ui/states';
import { useConnections } from '../connections/use-connections';
import { useMembers } from '../people/use-members';
import { useOrg } from '../shell/org-context';
import { Controls } from './controls';
import { type Draft, toParameters } from './report-draft';
import { requestReportDocument } from './reports.queries';
import { type CatalogEntry, reportsKey } from './use-reports';

interface Props {
  entry: CatalogEntry;
  onClose: () => void;
  onAsked: (id: string) => void;
}

/** Asks what a report is to be about, in the words of its kind. */
export function RequestDialog({ entry, onClose, onAsked }: Props) {
  const form = useId();
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>({});
  const ask = useMutation({
    mutationFn: () =>
      request(requestReportDocument, {
        orgId,
        kind: entry.kind,
        parameters: toParameters(draft, entry.parameters),
      }),
    onSuccess: async ({ requestReport }) => {
      await queries.invalidateQueries({ queryKey: reportsKey(orgId) });
      onAsked(requestReport.id);
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={entry.title}
      description={entry.purpose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form={form} busy={ask.isPending}>
            Make report
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate();
        }}
      >
        {entry.parameters.map((name) => (
          <Parameter
            key={name}
            name={name}
            value={draft[name] ?? ''}
            onChange={(value) => setDraft({ ...draft, [name]: value })}
          />
        ))}
        {entry.parameters.length === 0 ? (
          <p className="text-ink-2 text-sm">It takes no choices: it is about this moment.</p>
        ) : null}
        {ask.error ? <FormError error={ask.error} /> : null}
        <Controls controls={entry.controls} />
      </form>
    </Dialog>
  );
}

interface ParameterProps {
  name: string;
  value: string;
  onChange: (value: string) => void;
}

const INSTANTS: Record<string, { label: string; hint: string }> = {
  at: { label: 'At', hint: 'Empty: now. Any past instant can be asked for, in your time zone.' },
  from: { label: 'From', hint: 'Empty: 30 days before the end.' },
  to: { label: 'To', hint: 'Empty: now.' },
};

function Parameter({ name, value, onChange }: ParameterProps) {
  const instant = INSTANTS[name];
  const change = (event: { target: { value: string } }) => onChange(event.target.value);
  if (instant)
    return (
      <TextField
        label={instant.label}
        hint={instant.hint}
        type="datetime-local"
        value={value}
        onChange={change}
        optional
      />
    );
  if (name === 'connection') return <ConnectionChoice value={value} onChange={onChange} name={name} />;
  if (name === 'person') return <PersonChoice value={value} onChange={onChange} name={name} />;
  if (name === 'permissions') return <PermissionChoice value={value} onChange={onChange} name={name} />;
  if (name === 'review')
    return (
      <TextField
        label="Access review"
        hint="Its id. Empty: the newest one."
        value={value}
        onChange={change}
        optional
      />
    );
  return (
    <TextField
      label="Days without use"
      hint="Empty: 90 days."
      type="number"
      min={1}
      max={3650}
      value={value}
      onChange={change}
      optional
    />
  );
}

function ConnectionChoice({ value, onChange }: ParameterProps) {
  const { orgId } = useOrg();
  const connections = useConnections(orgId);
  return (
    <SelectField label="Connection" value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">All connections</option>
      {connections.data?.map(({ slug, name }) => (
        <option key={slug} value={slug}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

function PersonChoice({ value, onChange }: ParameterProps) {
  const { orgId } = useOrg();
  const members = useMembers(orgId);
  const list = useId();
  return (
    <Field label="Person" hint="E-mail address, also of somebody who left. Empty: everybody." optional>
      {(props) => (
        <>
          <input
            {...props}
            type="email"
            list={list}
            className="bg-raised border-line-strong h-8 rounded-md border px-2.5 text-sm"
            value={value}
            onChange={(event) => onChange(event.target.value)}
            autoComplete="off"
          />
          <datalist id={list}>
            {members.data?.map(({ user }) => (
              <option key={user.id} value={user.email}>
                {user.name}
              </option>
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

const POWERS = ['ddl', 'admin', 'execute', 'write', 'export', 'read', 'explain'];

function PermissionChoice({ value, onChange }: ParameterProps) {
  const chosen = value === '' ? ['ddl', 'admin', 'execute'] : value.split(',');
  const toggle = (name: string) => {
    const next = chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name];
    if (next.length > 0) onChange(next.join(','));
  };
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">Statements that needed</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1.5">
        {POWERS.map((name) => (
          <label key={name} className="flex items-center gap-1.5 text-sm">
            <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
            {name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
