'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { graphql } from '../../gql';
import { asApiError, fieldError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { viewerKey } from '../session/use-viewer';

const createOrgDocument = graphql(`
  mutation CreateOrg($name: String!) { createOrg(name: $name) { id slug } }
`);

export function NewOrgDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const router = useRouter();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const create = useMutation({
    mutationFn: () => request(createOrgDocument, { name }),
    onSuccess: async ({ createOrg }) => {
      await queries.invalidateQueries({ queryKey: viewerKey });
      onClose();
      setName('');
      router.push(`/${createOrg.slug}/connections`);
    },
  });
  const error = create.error ? asApiError(create.error) : null;
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title="New organisation"
      description="People, rules and audit events of organisations never mix."
      submit="Create"
      busy={create.isPending}
      error={create.error}
      fields={['name']}
      onSubmit={() => create.mutate()}
    >
      <TextField
        label="Name"
        required
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={fieldError(error, 'name')}
      />
    </FormDialog>
  );
}
