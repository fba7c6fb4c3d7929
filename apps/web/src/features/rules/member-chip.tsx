import { memberLabel, type Names, readMember } from '../../policy/members';
import { cx } from '../../ui/cx';
import { Icon, type IconName } from '../../ui/icons';

const ICONS: Record<ReturnType<typeof readMember>['type'], IconName> = {
  everyone: 'globe',
  group: 'groups',
  user: 'people',
  unknown: 'warning',
};

export function MemberChip({
  member,
  names,
  onRemove,
  wrong,
}: {
  member: string;
  names: Names;
  onRemove?: () => void;
  wrong?: boolean;
}) {
  const { label, note } = memberLabel(member, names);
  return (
    <span
      title={note}
      className={cx(
        'inline-flex h-6 max-w-full items-center gap-1 rounded border px-1.5 text-xs',
        wrong ? 'border-bad bg-bad-soft text-bad' : 'border-line bg-hover text-ink',
      )}
    >
      <Icon name={ICONS[readMember(member).type]} className="text-ink-3 size-3.5" />
      <span className="truncate">{label}</span>
      {onRemove ? (
        <button
          type="button"
          aria-label={`Remove ${label}`}
          onClick={onRemove}
          className="text-ink-3 hover:text-ink -mr-0.5 flex size-4 items-center justify-center"
        >
          <Icon name="close" className="size-3" />
        </button>
      ) : null}
    </span>
  );
}

const SHOWN = 3;

/** The members of a rule in a table cell: the first few, and how many more. */
export function MemberChips({ members, names }: { members: readonly string[]; names: Names }) {
  const more = members.slice(SHOWN);
  return (
    <span className="flex flex-wrap gap-1">
      {members.slice(0, SHOWN).map((member) => (
        <MemberChip key={member} member={member} names={names} />
      ))}
      {more.length > 0 ? (
        <span
          title={more.map((member) => memberLabel(member, names).label).join(', ')}
          className="text-ink-2 inline-flex h-6 items-center text-xs"
        >
          +{more.length} more
        </span>
      ) : null}
    </span>
  );
}
