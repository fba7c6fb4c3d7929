'use client';
import { useState } from 'react';
import { FormDialog } from '../../ui/form-dialog';
import { useOrg } from '../shell/org-context';
import { Controls } from './controls';
import { ParameterField } from './parameter-field';
import { type Draft, toParameters } from './report-draft';
import { type CatalogEntry, useRequestReport } from './use-reports';

interface Props {
  entry: CatalogEntry;
  onClose: () => void;
  onAsked: (id: string) => void;
}

/** Asks what a report is to be about, in the words of its kind. */
export function RequestDialog({ entry, onClose, onAsked }: Props) {
  const { orgId } = useOrg();
  const [draft, setDraft] = useState<Draft>({});
  const ask = useRequestReport(orgId, onAsked);
  return (
    <FormDialog
      onClose={onClose}
      title={entry.title}
      description={entry.purpose}
      submit="Make report"
      busy={ask.isPending}
      error={ask.error}
      onSubmit={() => ask.mutate({ kind: entry.kind, parameters: toParameters(draft, entry.parameters) })}
    >
      {entry.parameters.map((name) => (
        <ParameterField
          key={name}
          kind={entry.kind}
          name={name}
          value={draft[name] ?? ''}
          onChange={(value) => setDraft({ ...draft, [name]: value })}
        />
      ))}
      {entry.parameters.length === 0 ? (
        <p className="text-ink-2 text-sm">It takes no choices: it is about this moment.</p>
      ) : null}
      <Controls controls={entry.controls} />
    </FormDialog>
  );
}
