'use client';
import Link from 'next/link';
import type { ApiError } from '../../graphql/api-error';
import { SelectField } from '../../ui/field';
import { Note } from '../../ui/states';
import { useEnvironments } from '../publication/use-environments';
import { useOrg } from '../shell/org-context';

export function EnvironmentSelect({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange: (id: string) => void;
  error?: ApiError | undefined;
}) {
  const { orgId, slug } = useOrg();
  const { data } = useEnvironments(orgId);
  if (data?.length === 0) {
    return (
      <Note tone="warn" title="There is no environment yet">
        Connections and agents belong to one, such as production or staging.{' '}
        <Link href={`/${slug}/settings`} className="text-accent underline">
          Create it in the settings
        </Link>
        .
      </Note>
    );
  }
  return (
    <SelectField
      label="Environment"
      required
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={error}
      hint="The agents of this environment serve it."
    >
      <option value="" disabled>
        Choose…
      </option>
      {data?.map((each) => (
        <option key={each.id} value={each.id}>
          {each.name}
        </option>
      ))}
    </SelectField>
  );
}
