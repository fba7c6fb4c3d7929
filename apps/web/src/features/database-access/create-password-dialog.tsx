'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { DatabasePasswordLifetime } from '../../gql/graphql';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { CodeBlock } from '../../ui/copy';
import { Dialog } from '../../ui/dialog';
import { SelectField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { absolute } from '../../ui/format';
import { Note } from '../../ui/states';
import { useAnnounce } from '../publication/use-announce';
import { useOrg } from '../shell/org-context';
import { ConnectInstructions } from './connect-instructions';
import { createDatabasePasswordDocument } from './database-access.queries';
import { type Access, accessKey, LIFETIMES } from './use-database-access';

interface Props {
  access: Access;
  onClose: () => void;
}

function useCreatePassword(environmentId: string) {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const { versions, announce } = useAnnounce();
  return useMutation({
    mutationFn: async (lifetime: DatabasePasswordLifetime) => {
      const before = await versions([environmentId]);
      const made = await request(createDatabasePasswordDocument, { orgId, environmentId, lifetime });
      return { before, ...made.createDatabasePassword };
    },
    // Nothing of it stays in the page's memory once the dialog is closed.
    gcTime: 0,
    onSuccess: ({ before }) => {
      queries.invalidateQueries({ queryKey: accessKey(orgId) });
      announce('Database password made', before);
    },
  });
}

export function CreatePasswordDialog({ access, onClose }: Props) {
  const [lifetime, setLifetime] = useState<DatabasePasswordLifetime>('SEVEN_DAYS');
  const create = useCreatePassword(access.environmentId);
  if (create.data)
    return (
      <ShownOnce
        access={access}
        password={create.data.password}
        expiresAt={create.data.databasePassword.expiresAt}
        onClose={onClose}
      />
    );
  return (
    <FormDialog
      onClose={onClose}
      title={`Database password for ${access.name}`}
      description="Proves to the agents that it is you. What you may do is what rules say, statement by statement."
      submit="Make password"
      busy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate(lifetime)}
    >
      <SelectField
        label="Works for"
        value={lifetime}
        onChange={(event) => setLifetime(event.target.value as DatabasePasswordLifetime)}
        hint="As short as your work allows: making another takes seconds."
      >
        {LIFETIMES.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </SelectField>
      {access.password ? (
        <Note tone="warn">
          It takes the place of the password you have for {access.name}, which stops working.
        </Note>
      ) : null}
    </FormDialog>
  );
}

function ShownOnce({
  access,
  password,
  expiresAt,
  onClose,
}: Props & { password: string; expiresAt: string }) {
  return (
    <Dialog
      open
      sticky
      wide
      onClose={onClose}
      title={`Your database password for ${access.name}`}
      footer={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="flex flex-col gap-4 text-sm">
        <Note tone="warn">
          It is shown only now; Postern keeps what verifies it, not the password. It works until{' '}
          {absolute(expiresAt).slice(0, 16)}, and only for {access.name}.
        </Note>
        <section className="flex flex-col gap-1.5">
          <h3 className="text-sm font-medium">Password</h3>
          <CodeBlock label="Password" code={password} />
        </section>
        <ConnectInstructions access={access} password={password} />
      </div>
    </Dialog>
  );
}
