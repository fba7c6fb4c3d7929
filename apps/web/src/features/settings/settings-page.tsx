'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asApiError, fieldError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Page } from '../../ui/page';
import { FormError } from '../../ui/states';
import { notify } from '../../ui/toast';
import { viewerKey } from '../session/use-viewer';
import { useOrg } from '../shell/org-context';
import { AuditKeeping } from './audit-keeping';
import { Environments } from './environments';
import { updateOrgDocument } from './settings.queries';

export function SettingsPage() {
  return (
    <Page title="Settings">
      <OrgName />
      <Environments />
      <AuditKeeping />
    </Page>
  );
}

function OrgName() {
  const { orgId, name, slug, canManage } = useOrg();
  const queries = useQueryClient();
  const [typed, setTyped] = useState(name);
  const rename = useMutation({
    mutationFn: () => request(updateOrgDocument, { orgId, name: typed.trim() }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: viewerKey });
      notify('Organisation renamed');
    },
  });
  const error = rename.error ? asApiError(rename.error) : null;
  return (
    <section className="border-line bg-surface rounded-lg border p-5">
      <h2 className="mb-3 font-semibold">Organisation</h2>
      <form
        className="flex max-w-md flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <TextField
          label="Organisation name"
          required
          maxLength={100}
          disabled={!canManage}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          hint={`Its address stays /${slug}.`}
          error={fieldError(error, 'name')}
        />
        {error && error.field !== 'name' ? <FormError error={error} /> : null}
        {canManage ? (
          <Button
            type="submit"
            className="self-start"
            busy={rename.isPending}
            disabled={typed.trim() === name}
          >
            Rename
          </Button>
        ) : null}
      </form>
    </section>
  );
}
