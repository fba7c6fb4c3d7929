import type { ObjectDetails } from '@postern/agent/console-catalog';

import { Scroll } from '../ui/scroll';

const BOX = { width: 190, height: 46, gap: 14 };
const WIDTH = 760;

type Reference = ObjectDetails['references'][number];

interface DiagramProps {
  readonly details: ObjectDetails;
  readonly onOpen: (reference: Reference) => void;
}

/** Each neighbour once, however many keys lead there. */
function neighbours(references: readonly Reference[], direction: Reference['direction']): Reference[] {
  const seen = new Set<number>();
  return references.filter((reference) => {
    if (reference.direction !== direction || seen.has(reference.oid)) return false;
    seen.add(reference.oid);
    return true;
  });
}

interface BoxProps {
  readonly x: number;
  readonly y: number;
  readonly schema: string;
  readonly name: string;
  readonly note: string;
  readonly onOpen?: () => void;
}

function Box({ x, y, schema, name, note, onOpen }: BoxProps) {
  const look =
    onOpen === undefined ? 'border-accent bg-accent-soft' : 'border-line-strong bg-surface hover:bg-hover';
  const content = (
    <>
      <span className="w-full truncate font-medium">
        <span className="text-muted">{schema}.</span>
        {name}
      </span>
      <span className="w-full truncate font-mono text-[11px] text-muted">{note}</span>
    </>
  );
  const className = `flex h-full w-full flex-col justify-center overflow-hidden rounded-md border px-2 text-left ${look}`;
  return (
    <foreignObject x={x} y={y} width={BOX.width} height={BOX.height}>
      {onOpen === undefined ? (
        <div className={className}>{content}</div>
      ) : (
        <button type="button" title={`Open ${schema}.${name}`} onClick={onOpen} className={className}>
          {content}
        </button>
      )}
    </foreignObject>
  );
}

/** Tables one foreign key away: who points here on the left, where this points on the right. */
export function Diagram({ details, onOpen }: DiagramProps) {
  const left = neighbours(details.references, 'in');
  const right = neighbours(details.references, 'out');
  const rows = Math.max(left.length, right.length, 1);
  const height = rows * (BOX.height + BOX.gap) + BOX.gap;
  const yOf = (index: number, of: number) =>
    height / 2 + (index - (of - 1) / 2) * (BOX.height + BOX.gap) - BOX.height / 2;
  const middle = { x: (WIDTH - BOX.width) / 2, y: yOf(0, 1) };
  const line = (fromX: number, fromY: number, toX: number, toY: number) =>
    `M${fromX} ${fromY} C${(fromX + toX) / 2} ${fromY} ${(fromX + toX) / 2} ${toY} ${toX} ${toY}`;
  if (left.length + right.length === 0)
    return <p className="text-muted">No foreign key leads to it or from it.</p>;
  return (
    <Scroll label={`Neighbours of ${details.name}`} className="rounded-md border border-line bg-bg p-2">
      {/* biome-ignore lint/a11y/noSvgWithoutTitle: its boxes are buttons with names, its frame has one */}
      <svg width={WIDTH} height={height} className="mx-auto block">
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path d="M0 0L8 4L0 8z" fill="var(--line-strong)" />
          </marker>
        </defs>
        {left.map((reference, index) => {
          const y = yOf(index, left.length);
          const path = line(BOX.width, y + BOX.height / 2, middle.x, middle.y + BOX.height / 2);
          return (
            <g key={reference.name}>
              <path
                d={path}
                fill="none"
                stroke="var(--line-strong)"
                strokeWidth="1.5"
                markerEnd="url(#arrow)"
              />
              <Box
                x={0}
                y={y}
                schema={reference.schema}
                name={reference.table}
                note={reference.otherColumns.join(', ')}
                onOpen={() => onOpen(reference)}
              />
            </g>
          );
        })}
        {right.map((reference, index) => {
          const y = yOf(index, right.length);
          const x = WIDTH - BOX.width;
          const path = line(middle.x + BOX.width, middle.y + BOX.height / 2, x, y + BOX.height / 2);
          return (
            <g key={reference.name}>
              <path
                d={path}
                fill="none"
                stroke="var(--line-strong)"
                strokeWidth="1.5"
                markerEnd="url(#arrow)"
              />
              <Box
                x={x}
                y={y}
                schema={reference.schema}
                name={reference.table}
                note={reference.columns.join(', ')}
                onOpen={() => onOpen(reference)}
              />
            </g>
          );
        })}
        <Box
          {...middle}
          schema={details.schema}
          name={details.name}
          note={right.flatMap(({ columns }) => columns).join(', ')}
        />
      </svg>
    </Scroll>
  );
}
