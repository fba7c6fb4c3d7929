'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../../graphql/client';
import { FormDialog } from '../../ui/form-dialog';
import { useOrg } from '../shell/org-context';
import { Controls } from './controls';
import { ParameterField } from './parameter-field';
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
    <FormDialog
      onClose={onClose}
      title={entry.title}
      description={entry.purpose}
      submit="Make report"
      busy={ask.isPending}
      error={ask.error}
      onSubmit={() => ask.mutate()}
    >
      {entry.parameters.map((name) => (
        <ParameterField
          key={name}
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
