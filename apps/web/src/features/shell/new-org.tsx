'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useId, useState } from 'react';
import { graphql } from '../../gql';
import { asApiError, fieldError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { FormError } from '../../ui/states';
import { viewerKey } from '../session/use-viewer';

const createOrgDocument = graphql(`
  mutation CreateOrg($name: String!) { createOrg(name: $name) { id slug } }
`);

export function NewOrgDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const form = useId();
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
    <Dialog
      open={open}
      onClose={onClose}
      title="New organisation"
      description="People, rules and audit events of organisations never mix."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form={form} busy={create.isPending}>
            Create
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <TextField
          label="Name"
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={fieldError(error, 'name')}
        />
        {error && error.field !== 'name' ? <FormError error={error} /> : null}
      </form>
    </Dialog>
  );
}
