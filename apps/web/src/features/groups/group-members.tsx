'use client';
import { Button, IconButton } from '../../ui/button';
import { count } from '../../ui/format';
import { Icon } from '../../ui/icons';
import { Picker } from '../../ui/picker';
import { useMembers } from '../people/use-members';
import { useOrg } from '../shell/org-context';

export interface Person {
  id: string;
  name: string;
  email: string;
}

export function GroupMembers({
  people,
  onChange,
  one = 'member',
}: {
  people: readonly Person[];
  onChange: (people: readonly Person[]) => void;
  /** What each of them is. */
  one?: string;
}) {
  const { orgId, canManage } = useOrg();
  const everybody = (useMembers(orgId).data ?? []).map((member) => member.user);
  const toggle = (id: string) => {
    if (people.some((user) => user.id === id)) return onChange(people.filter((user) => user.id !== id));
    const added = everybody.find((user) => user.id === id);
    if (added) onChange([...people, added]);
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center justify-between">
        <h3 className="text-sm font-medium">{count(people.length, one)}</h3>
        {canManage ? (
          <Picker
            label="People"
            many
            options={everybody.map((user) => ({ value: user.id, label: user.name, note: user.email }))}
            selected={people.map((user) => user.id)}
            onPick={toggle}
            empty="nobody of that name; invite people first"
            trigger={
              <Button className="h-7">
                <Icon name="plus" className="size-3.5" /> Add people
              </Button>
            }
          />
        ) : null}
      </div>
      <ul className="divide-line border-line divide-y rounded-lg border empty:hidden">
        {people.map((user) => (
          <li key={user.id} className="flex items-center gap-3 px-3 py-1.5 text-sm">
            <span className="min-w-0 flex-1 truncate">
              {user.name} <span className="text-ink-3 ml-1 text-xs">{user.email}</span>
            </span>
            {canManage ? (
              <IconButton label={`Remove ${user.name}`} onClick={() => toggle(user.id)}>
                <Icon name="close" className="size-3.5" />
              </IconButton>
            ) : null}
          </li>
        ))}
      </ul>
    </div>
  );
}
