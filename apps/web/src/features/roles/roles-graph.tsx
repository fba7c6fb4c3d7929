'use client';
import { useId, useMemo, useState } from 'react';
import { Button } from '../../ui/button';
import { CodeBlock } from '../../ui/copy';
import { Select } from '../../ui/field';
import { Well } from '../../ui/page';
import { useUrlState } from '../../ui/use-url-state';
import { around, NODE_HEIGHT, type Node, type Placed, place, shortened } from './graph-layout';
import { asTree, checkManifest } from './manifest-check';
import type { TabProps } from './tabs';

/** More than this is a tangle to look at and slow to place: one role at a time then. */
const MOST_NODES = 250;
const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5] as const;

const LOOKS: Readonly<Record<Node['kind'], { fill: string; stroke: string; label: string }>> = {
  role: { fill: 'var(--color-selected)', stroke: 'var(--color-accent)', label: 'role' },
  external_principal: {
    fill: 'var(--color-sunken)',
    stroke: 'var(--color-ink-3)',
    label: 'role from elsewhere',
  },
  grant_target: { fill: 'var(--color-surface)', stroke: 'var(--color-execute)', label: 'objects' },
  default_privilege_target: {
    fill: 'var(--color-surface)',
    stroke: 'var(--color-write)',
    label: 'later objects',
  },
};

/** Who is in whom and reaches what, drawn; the same as text for whoever does not see the picture. */
export default function RolesGraph({ roles }: TabProps) {
  const [params, change] = useUrlState();
  const id = useId();
  const [zoom, setZoom] = useState(2);
  const body = roles.manifest?.body ?? '';
  const access = useMemo(() => checkManifest(body).access, [body]);
  const names = useMemo(
    () => access?.nodes.filter(({ kind }) => kind === 'role' || kind === 'external_principal') ?? [],
    [access],
  );
  const asked = names.find(({ id }) => id === params.get('role'))?.id;
  const isLarge = (access?.nodes.length ?? 0) > MOST_NODES;
  const focus = asked ?? (isLarge ? names[0]?.id : undefined);
  const shown = useMemo(
    () => (access && focus !== undefined ? around(access, focus) : access),
    [access, focus],
  );
  const placed = useMemo(
    () => (shown && shown.nodes.length <= MOST_NODES * 4 ? place(shown) : null),
    [shown],
  );
  if (!access || !shown) return <Well>This manifest cannot be drawn.</Well>;
  const scale = ZOOMS[zoom] ?? 1;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3 text-sm">
        <label className="text-ink-2" htmlFor={`${id}-role`}>
          Show
        </label>
        <div>
          <Select
            id={`${id}-role`}
            value={focus ?? ''}
            onChange={(event) => change({ role: event.target.value || null })}
          >
            {isLarge ? null : <option value="">all roles</option>}
            {names.map(({ id: role, label }) => (
              <option key={role} value={role}>
                {label}
              </option>
            ))}
          </Select>
        </div>
        <Legend />
        <div className="ml-auto flex gap-1">
          <Button aria-label="Smaller" disabled={zoom === 0} onClick={() => setZoom(zoom - 1)}>
            −
          </Button>
          <Button aria-label="Larger" disabled={zoom === ZOOMS.length - 1} onClick={() => setZoom(zoom + 1)}>
            +
          </Button>
        </div>
      </div>
      {placed ? (
        <section
          aria-label="Roles, drawn"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
          tabIndex={0}
          className="border-line bg-surface max-h-[65vh] overflow-auto rounded-lg border"
        >
          <Drawing placed={placed} scale={scale} onRole={(role) => change({ role })} />
        </section>
      ) : (
        <Well>
          <p className="text-ink-2 px-4 py-6 text-sm">
            This role reaches too much to be drawn; here it is as text.
          </p>
        </Well>
      )}
      <details>
        <summary className="text-ink-2 text-sm">As text</summary>
        <div className="mt-2">
          <CodeBlock label="Roles as a tree" code={asTree(shown)} />
        </div>
      </details>
    </div>
  );
}

function Legend() {
  return (
    <ul className="text-ink-2 flex flex-wrap gap-3 text-xs">
      {Object.values(LOOKS).map(({ fill, stroke, label }) => (
        <li key={label} className="flex items-center gap-1.5">
          <span
            aria-hidden="true"
            className="size-3 rounded-sm border"
            style={{ background: fill, borderColor: stroke }}
          />
          {label}
        </li>
      ))}
    </ul>
  );
}

function Drawing({ placed, scale, onRole }: { placed: Placed; scale: number; onRole: (id: string) => void }) {
  return (
    <svg
      role="img"
      aria-label="Memberships go from members to their groups, grants from roles to objects"
      width={placed.width * scale}
      height={placed.height * scale}
      viewBox={`0 0 ${placed.width} ${placed.height}`}
    >
      <g fill="none" stroke="var(--color-line-strong)">
        {placed.edges.map(({ id, label, dashed, path }) => (
          <path key={id} d={path} strokeDasharray={dashed ? '4 3' : undefined} strokeWidth={1.2}>
            <title>{label}</title>
          </path>
        ))}
      </g>
      {placed.nodes.map((node) => {
        const { fill, stroke } = LOOKS[node.kind];
        const isRole = node.kind === 'role' || node.kind === 'external_principal';
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the list above the picture does the same by keyboard
          <g
            key={node.id}
            onClick={isRole ? () => onRole(node.id) : undefined}
            className={isRole ? 'cursor-pointer' : undefined}
          >
            <title>{node.label}</title>
            <rect
              x={node.x - node.width / 2}
              y={node.y - NODE_HEIGHT / 2}
              width={node.width}
              height={NODE_HEIGHT}
              rx={isRole ? 6 : 2}
              fill={fill}
              stroke={stroke}
              strokeWidth={node.login ? 2 : 1}
            />
            <text
              x={node.x}
              y={node.y + 4}
              textAnchor="middle"
              fontSize="11"
              fontFamily="var(--font-mono)"
              fill="var(--color-ink)"
            >
              {shortened(node.label)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
