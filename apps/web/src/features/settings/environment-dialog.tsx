'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asApiError, fieldError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { slugOf } from '../../ui/format';
import { type EnvironmentState, environmentsKey } from '../publication/use-environments';
import { useOrg } from '../shell/org-context';
import { createEnvironmentDocument, updateEnvironmentDocument } from './settings.queries';

export function EnvironmentDialog({
  environment,
  onClose,
}: {
  environment: EnvironmentState | null;
  onClose: () => void;
}) {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const [name, setName] = useState(environment?.name ?? '');
  const [slug, setSlug] = useState('');
  const typedSlug = slug || slugOf(name);
  const save = useMutation({
    mutationFn: async () => {
      if (environment)
        await request(updateEnvironmentDocument, { orgId, id: environment.id, name: name.trim() });
      else await request(createEnvironmentDocument, { orgId, slug: typedSlug, name: name.trim() });
    },
    onSuccess: () => {
      queries.invalidateQueries({ queryKey: environmentsKey(orgId) });
      onClose();
    },
  });
  const error = save.error ? asApiError(save.error) : null;
  return (
    <FormDialog
      onClose={onClose}
      title={environment ? `Rename ${environment.name}` : 'New environment'}
      submit={environment ? 'Rename' : 'Create environment'}
      busy={save.isPending}
      error={save.error}
      fields={['name', 'slug']}
      onSubmit={() => save.mutate()}
    >
      <TextField
        label="Name"
        required
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={fieldError(error, 'name')}
      />
      {environment ? null : (
        <TextField
          label="Id"
          required
          spellCheck={false}
          className="font-mono"
          value={typedSlug}
          onChange={(event) => setSlug(event.target.value)}
          hint="Short and lower case; it never changes."
          error={fieldError(error, 'slug')}
        />
      )}
    </FormDialog>
  );
}
