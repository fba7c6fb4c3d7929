'use client';
import { count } from '../../ui/format';
import { Tag } from '../../ui/status-dot';
import type { Checked } from './manifest-check';

type Graph = NonNullable<Checked['access']>;
const SHOWN = 200;

interface RoleLines {
  id: string;
  name: string;
  login: boolean | undefined;
  external: boolean;
  lines: string[];
}

/** Role by role: what it may do and who is in it. */
function linesOf({ nodes, edges }: Graph): RoleLines[] {
  const labels = new Map(nodes.map(({ id, label }) => [id, label]));
  const label = (id: string) => labels.get(id) ?? id;
  const lines = new Map<string, string[]>();
  const add = (id: string, line: string) => lines.set(id, [...(lines.get(id) ?? []), line]);
  for (const { kind, from, to, label: text } of edges) {
    if (kind === 'membership') {
      add(from, `has the member ${label(to)}${text === 'member' ? '' : ` (${text.slice(8)})`}`);
      add(to, `is in ${label(from)}`);
    } else if (kind === 'grant') add(from, `${text} on ${label(to)}`);
    else add(to, `${text} on ${label(from)}`);
  }
  return nodes
    .filter(({ kind }) => kind === 'role' || kind === 'external_principal')
    .map(({ id, kind, label: name, login }) => ({
      id,
      name,
      login,
      external: kind !== 'role',
      lines: lines.get(id) ?? [],
    }));
}

/** What the manifest comes to, beside it while it is written. */
export function ExpandedRoles({ checked }: { checked: Checked | null }) {
  if (!checked) return <p className="text-ink-3 p-3 text-sm">Reading the manifest…</p>;
  const { access, counts, warnings } = checked;
  if (!access || !counts)
    return (
      <p className="text-ink-2 p-3 text-sm">
        The preview comes back when what is marked in the manifest is put right.
      </p>
    );
  const roles = linesOf(access);
  return (
    <div className="flex flex-col">
      <p className="text-ink-2 px-3 py-2 text-xs">
        {count(counts.roles, 'role')}, {count(counts.grants, 'grant')},{' '}
        {count(counts.memberships, 'membership')}, {count(counts.schemas, 'schema')}
      </p>
      {warnings.map((warning) => (
        <p key={warning} className="bg-warn-soft text-warn px-3 py-2 text-xs">
          {warning}
        </p>
      ))}
      <ul className="divide-line border-line divide-y border-t">
        {roles.slice(0, SHOWN).map((role) => (
          <li key={role.id} className="px-3 py-2">
            <p className="flex flex-wrap items-center gap-2 text-sm">
              <span className="font-mono text-xs font-medium">{role.name}</span>
              {role.login ? <Tag>login</Tag> : null}
              {role.external ? <Tag>not of this manifest</Tag> : null}
            </p>
            <ul className="text-ink-2 mt-1 text-xs leading-relaxed">
              {role.lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
              {role.lines.length === 0 ? <li className="text-ink-3">nothing of its own</li> : null}
            </ul>
          </li>
        ))}
      </ul>
      {roles.length > SHOWN ? (
        <p className="text-ink-2 border-line border-t px-3 py-2 text-xs">and {roles.length - SHOWN} more</p>
      ) : null}
    </div>
  );
}
