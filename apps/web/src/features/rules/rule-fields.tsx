'use client';
import { useMemo } from 'react';
import type { ApiError } from '../../graphql/api-error';
import { fieldIndex } from '../../graphql/api-error';
import type { Names } from '../../policy/members';
import { PERMISSION_WHAT, PERMISSIONS } from '../../policy/permissions';
import { Button } from '../../ui/button';
import { cx } from '../../ui/cx';
import { FieldProblem, inputClass } from '../../ui/field';
import { Icon } from '../../ui/icons';
import { permissionColour } from '../../ui/permission-badge';
import { Picker, type PickerOption } from '../../ui/picker';
import { useConnections } from '../connections/use-connections';
import { useGroups } from '../groups/use-groups';
import { useMembers } from '../people/use-members';
import { useOrg } from '../shell/org-context';
import { toggleMember, togglePermission } from './draft';
import { MemberChip } from './member-chip';

interface FieldProps<T> {
  value: T;
  onChange: (value: T) => void;
  error: ApiError | undefined;
}

function Labelled({
  label,
  error,
  children,
}: {
  label: string;
  error: ApiError | undefined;
  children: React.ReactNode;
}) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      {children}
      {error ? (
        <span className="text-xs">
          <FieldProblem error={error} />
        </span>
      ) : null}
    </fieldset>
  );
}

export function ConnectionField({ value, onChange, error }: FieldProps<string | null>) {
  const { orgId } = useOrg();
  const connections = useConnections(orgId);
  const options = useMemo<PickerOption[]>(
    () => [
      { value: '*', label: 'All connections', note: 'also those added later', icon: <Icon name="globe" /> },
      ...(connections.data ?? []).map((each) => ({
        value: each.slug,
        label: each.name,
        note: `${each.slug} · ${each.environment.name}`,
        icon: <Icon name="connections" />,
      })),
    ],
    [connections.data],
  );
  const chosen = options.find((option) => option.value === value);
  return (
    <Labelled label="Connection" error={error}>
      <Picker
        label="Connection"
        options={options}
        selected={value === null ? [] : [value]}
        onPick={onChange}
        loading={connections.isPending}
        trigger={
          <button
            type="button"
            aria-label={`Connection: ${chosen?.label ?? value ?? 'choose'}`}
            aria-invalid={error ? true : undefined}
            className={cx(inputClass, 'flex items-center gap-2 text-left')}
          >
            {chosen ? <span className="text-ink-2">{chosen.icon}</span> : null}
            <span className={cx('min-w-0 flex-1 truncate', value === null && 'text-ink-3')}>
              {chosen?.label ?? value ?? 'Choose a connection…'}
              {chosen?.note ? <span className="text-ink-3 ml-2 text-xs">{chosen.note}</span> : null}
            </span>
            <Icon name="updown" className="text-ink-3 size-3.5" />
          </button>
        }
      />
    </Labelled>
  );
}

export function PermissionsField({ value, onChange, error }: FieldProps<readonly string[]>) {
  const all = value.includes('*');
  return (
    <Labelled label="Permissions" error={error}>
      <div className="grid grid-cols-1 gap-1.5 min-[420px]:grid-cols-2">
        {PERMISSIONS.map((permission) => {
          const on = all || value.includes(permission);
          return (
            <button
              key={permission}
              type="button"
              role="switch"
              aria-checked={on}
              aria-label={permission}
              title={PERMISSION_WHAT[permission]}
              onClick={() => onChange(togglePermission(value, permission))}
              className={cx(
                'flex min-h-11 flex-col justify-center rounded-md border px-2.5 py-1 text-left',
                on ? permissionColour(permission) : 'border-line text-ink-2 hover:bg-hover',
              )}
            >
              <span className="flex items-center gap-1.5 text-sm font-medium">
                {permission}
                {on ? <Icon name="check" className="ml-auto size-3.5" /> : null}
              </span>
              <span className="text-ink-3 text-xs leading-snug">{PERMISSION_WHAT[permission]}</span>
            </button>
          );
        })}
        <button
          type="button"
          role="switch"
          aria-checked={all}
          aria-label="All permissions"
          onClick={() => onChange(all ? [] : ['*'])}
          className={cx(
            'flex min-h-11 flex-col justify-center rounded-md border px-2.5 py-1 text-left',
            all ? 'border-accent bg-selected' : 'border-line text-ink-2 hover:bg-hover',
          )}
        >
          <span className="flex items-center text-sm font-medium">
            All {all ? <Icon name="check" className="ml-auto size-3.5" /> : null}
          </span>
          <span className="text-ink-3 text-xs">the seven</span>
        </button>
      </div>
      <p className="text-ink-3 text-xs">Each stands alone: write does not include read.</p>
    </Labelled>
  );
}

export function useMemberOptions(): PickerOption[] {
  const { orgId } = useOrg();
  const groups = useGroups(orgId).data;
  const members = useMembers(orgId).data;
  return useMemo(
    () => [
      { value: '*', label: 'Everyone', note: 'any person of this organisation', icon: <Icon name="globe" /> },
      ...(groups ?? []).map((group) => ({
        value: `group:${group.slug}`,
        label: group.name,
        note: `${group.memberCount} ${group.memberCount === 1 ? 'person' : 'people'}`,
        section: 'Groups',
        icon: <Icon name="groups" />,
      })),
      ...(members ?? []).map(({ user }) => ({
        value: `user:${user.email}`,
        label: user.name,
        note: user.email,
        section: 'People',
        icon: <Icon name="people" />,
      })),
    ],
    [groups, members],
  );
}

export function MembersField({
  value,
  onChange,
  error,
  names,
}: FieldProps<readonly string[]> & { names: Names }) {
  const options = useMemberOptions();
  const wrong = fieldIndex(error);
  return (
    <Labelled label="Members" error={error}>
      <div className="flex flex-wrap items-center gap-1.5">
        {value.map((member, index) => (
          <MemberChip
            key={member}
            member={member}
            names={names}
            wrong={wrong === index}
            onRemove={() => onChange(value.filter((each) => each !== member))}
          />
        ))}
        <Picker
          label="Members"
          many
          options={options}
          selected={value}
          onPick={(member) => onChange(toggleMember(value, member))}
          empty="nobody of that name; invite people first"
          trigger={
            <Button className="h-7">
              <Icon name="plus" className="size-3.5" /> Add members
            </Button>
          }
        />
      </div>
    </Labelled>
  );
}
