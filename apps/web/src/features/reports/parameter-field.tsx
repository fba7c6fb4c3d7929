'use client';
import { useId } from 'react';
import { Field, SelectField, TextField } from '../../ui/field';
import { useReviews } from '../access-reviews/use-reviews';
import { ChainField } from '../audit-proof/chain-field';
import { useConnections } from '../connections/use-connections';
import { useMembers } from '../people/use-members';
import { useOrg } from '../shell/org-context';

interface ChoiceProps {
  value: string;
  onChange: (value: string) => void;
}

interface ParameterProps extends ChoiceProps {
  /** Of the report. */
  kind: string;
  name: string;
}

const INSTANTS: Record<string, { label: string; hint: string }> = {
  at: { label: 'At', hint: 'Empty: now. Any past instant can be asked for, in your time zone.' },
  from: { label: 'From', hint: 'Empty: 30 days before the end.' },
  to: { label: 'To', hint: 'Empty: now.' },
};
const TRAIL_BEGIN = { label: 'From', hint: 'Empty: the beginning of the trail.' };

/** What one parameter of a report is asked with. */
export function ParameterField({ kind, name, value, onChange }: ParameterProps) {
  const instant = kind === 'AUDIT_INTEGRITY' && name === 'from' ? TRAIL_BEGIN : INSTANTS[name];
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
  if (name === 'connection') return <ConnectionChoice value={value} onChange={onChange} />;
  if (name === 'person') return <PersonChoice value={value} onChange={onChange} />;
  if (name === 'permissions') return <PermissionChoice value={value} onChange={onChange} />;
  if (name === 'review') return <ReviewChoice value={value} onChange={onChange} />;
  if (name === 'chain') return <ChainField value={value} onChange={onChange} />;
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

function ConnectionChoice({ value, onChange }: ChoiceProps) {
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

function PersonChoice({ value, onChange }: ChoiceProps) {
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

function PermissionChoice({ value, onChange }: ChoiceProps) {
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

function ReviewChoice({ value, onChange }: ChoiceProps) {
  const reviews = useReviews();
  return (
    <SelectField label="Access review" value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">The newest</option>
      {reviews.data?.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}
