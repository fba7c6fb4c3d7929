'use client';
import { useState } from 'react';
import type { AuditMode } from '../../gql/graphql';
import { type ApiError, fieldError } from '../../graphql/api-error';
import { SelectField, TextField } from '../../ui/field';
import { slugOf } from '../../ui/format';
import { type ConnectionDraft, LIMITS } from './connection-draft';
import { EnvironmentSelect } from './environment-select';

interface FieldsProps {
  draft: ConnectionDraft;
  onChange: (draft: ConnectionDraft) => void;
  isNew: boolean;
  error: ApiError | null;
}

export function ConnectionFields({ draft, onChange, isNew, error }: FieldsProps) {
  const [slugTyped, setSlugTyped] = useState(false);
  const edit = (part: Partial<ConnectionDraft>) => onChange({ ...draft, ...part });
  const badLimit = LIMITS.some(({ key }) => fieldError(error, key));
  return (
    <>
      {isNew ? (
        <EnvironmentSelect
          value={draft.environmentId}
          onChange={(environmentId) => edit({ environmentId })}
          error={fieldError(error, 'environmentId')}
        />
      ) : null}
      <TextField
        label="Name"
        required
        maxLength={100}
        value={draft.name}
        onChange={(event) =>
          edit({
            name: event.target.value,
            ...(isNew && !slugTyped ? { slug: slugOf(event.target.value) } : {}),
          })
        }
        error={fieldError(error, 'name')}
      />
      {isNew ? (
        <TextField
          label="Id"
          required
          spellCheck={false}
          className="font-mono"
          value={draft.slug}
          onChange={(event) => {
            setSlugTyped(true);
            edit({ slug: event.target.value });
          }}
          hint="Rules and the agent’s configuration name it; it never changes."
          error={fieldError(error, 'slug')}
        />
      ) : null}
      <TextField
        label="Description"
        optional
        maxLength={500}
        value={draft.description}
        onChange={(event) => edit({ description: event.target.value })}
        error={fieldError(error, 'description')}
      />
      <details open={badLimit || undefined} className="border-line rounded-lg border">
        <summary className="px-3 py-2 text-sm font-medium select-none">Limits</summary>
        <div className="grid gap-4 px-3 pb-3 min-[420px]:grid-cols-2">
          {LIMITS.map(({ key, label, hint }) => (
            <TextField
              key={key}
              label={label}
              hint={hint}
              inputMode="numeric"
              pattern="[0-9]+"
              className="tabular-nums"
              value={draft.limits[key]}
              onChange={(event) => edit({ limits: { ...draft.limits, [key]: event.target.value } })}
              error={fieldError(error, key)}
            />
          ))}
          <SelectField
            label="Audit"
            hint={
              draft.auditMode === 'STRICT'
                ? 'A statement runs once its record is on disk.'
                : 'Faster; a crash of the agent may lose the last 50 ms of records.'
            }
            value={draft.auditMode}
            onChange={(event) => edit({ auditMode: event.target.value as AuditMode })}
            error={fieldError(error, 'auditMode')}
          >
            <option value="STRICT">Strict</option>
            <option value="BATCHED">Batched</option>
          </SelectField>
        </div>
      </details>
    </>
  );
}
