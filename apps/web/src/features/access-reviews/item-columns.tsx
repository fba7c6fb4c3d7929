import { Button } from '../../ui/button';
import type { Column } from '../../ui/data-table';
import { PermissionBadges } from '../../ui/permission-badge';
import { Status } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import type { Item, Use } from './use-reviews';

interface Options {
  show: 'waiting' | 'decided';
  uses: ReadonlyMap<string, Use> | undefined;
  usesFailed: boolean;
  ticked: ReadonlySet<string>;
  onTick: (id: string) => void;
  mayDecide: (item: Item) => boolean;
  busy: boolean;
  viewerId: string;
  showReviewer: boolean;
  onCertify: (item: Item) => void;
  onRevoke: (item: Item) => void;
  onReopen: (item: Item) => void;
}

/** The columns of a review's items: who has what, what they did with it, who gave it, and what is decided. */
export function itemColumns(options: Options): Column<Item>[] {
  const { show, showReviewer } = options;
  const base: Column<Item>[] = [
    {
      key: 'person',
      header: 'Person',
      className: 'min-w-44',
      cell: (item) => <PersonCell item={item} {...options} />,
    },
    {
      key: 'connection',
      header: 'Connection',
      cell: ({ connection }) => <span className="font-mono text-xs">{connection}</span>,
    },
    {
      key: 'permissions',
      header: 'May',
      className: 'min-w-44',
      cell: ({ permissions }) => <PermissionBadges permissions={permissions} />,
    },
    { key: 'use', header: 'Used, last 90 days', cell: (item) => <UseCell item={item} {...options} /> },
    {
      key: 'through',
      header: 'Given by',
      className: 'hidden max-w-48 2xl:max-w-80 lg:table-cell',
      cell: ({ through }) => (
        <ul className="text-ink-2 text-xs">
          {through.map((rule) => (
            <li key={rule} title={rule} className="truncate">
              {rule}
            </li>
          ))}
        </ul>
      ),
    },
  ];
  const reviewer: Column<Item>[] = showReviewer
    ? [
        {
          key: 'reviewer',
          header: 'Reviewer',
          className: 'hidden text-ink-2 text-xs 2xl:table-cell',
          cell: ({ reviewerEmail }) => reviewerEmail,
        },
      ]
    : [];
  const last: Column<Item> =
    show === 'waiting'
      ? {
          key: 'decide',
          header: 'Decide',
          quiet: true,
          className: 'w-px',
          cell: (item) => <DecideCell item={item} {...options} />,
        }
      : { key: 'decision', header: 'Decision', cell: (item) => <DecisionCell item={item} {...options} /> };
  return [...base, ...reviewer, last];
}

function PersonCell({ item, show, ticked, onTick, mayDecide }: Options & { item: Item }) {
  const words = (
    <span className="flex min-w-0 flex-col leading-tight">
      <span className="font-medium">{item.userName}</span>
      <span className="text-ink-3 truncate text-xs">{item.userEmail}</span>
    </span>
  );
  if (show === 'decided' || !mayDecide(item)) return words;
  return (
    <label data-item={item.id} className="flex cursor-pointer items-center gap-3">
      <input
        type="checkbox"
        data-row
        aria-label={`Select ${item.userName} on ${item.connection}`}
        checked={ticked.has(item.id)}
        onChange={() => onTick(item.id)}
      />
      {words}
    </label>
  );
}

function UseCell({ item, uses, usesFailed }: Options & { item: Item }) {
  if (usesFailed) return <span className="text-ink-3 text-xs">could not be told</span>;
  if (!uses) return <span className="text-ink-3 text-xs">…</span>;
  const use = uses.get(item.id);
  if (!use?.lastUsedAt) return <Status health="warn">never</Status>;
  const unused = item.permissions.filter((permission) => !use.used.includes(permission));
  return (
    <span className="flex flex-col leading-tight">
      <Ago at={use.lastUsedAt} />
      {unused.length > 0 ? <span className="text-warn text-xs">never {unused.join(', ')}</span> : null}
    </span>
  );
}

function DecideCell({ item, mayDecide, busy, viewerId, onCertify, onRevoke }: Options & { item: Item }) {
  if (!mayDecide(item))
    return (
      <span className="text-ink-3 text-xs whitespace-nowrap">
        {item.userId === viewerId ? 'yours: another decides' : ''}
      </span>
    );
  const who = `${item.userName} on ${item.connection}`;
  return (
    <span className="flex gap-1.5">
      <Button className="h-7" disabled={busy} aria-label={`Certify ${who}`} onClick={() => onCertify(item)}>
        Certify
      </Button>
      <Button
        look="quiet-danger"
        className="h-7"
        disabled={busy}
        aria-label={`Revoke ${who}`}
        onClick={() => onRevoke(item)}
      >
        Revoke
      </Button>
    </span>
  );
}

function DecisionCell({ item, mayDecide, busy, onReopen }: Options & { item: Item }) {
  const revoked = item.decision === 'REVOKED';
  const left = revoked && item.outcome?.startsWith('still');
  return (
    <span className="flex min-w-52 items-start justify-between gap-3">
      <span className="flex min-w-0 flex-col text-xs">
        <Status health={left ? 'warn' : revoked ? 'bad' : 'good'}>{revoked ? 'Revoked' : 'Certified'}</Status>
        <span className="text-ink-3">
          {item.decidedBy} <Ago at={item.decidedAt} />
        </span>
        {item.note ? <span className="text-ink-2">“{item.note}”</span> : null}
        {item.outcome ? <span className={left ? 'text-warn' : 'text-ink-2'}>{item.outcome}</span> : null}
      </span>
      {!revoked && mayDecide(item) ? (
        <Button
          look="ghost"
          className="h-7"
          disabled={busy}
          aria-label={`Take back the decision about ${item.userName} on ${item.connection}`}
          onClick={() => onReopen(item)}
        >
          Take back
        </Button>
      ) : null}
    </span>
  );
}
