import { isNumber, isNumberType } from '@postern/core/results';
import { useState } from 'react';
import { Modal } from '../ui/modal';
import { count } from './format';
import type { ResultSet } from './result-set';
import type { View } from './use-view';

const KINDS = ['bar', 'line', 'pie'] as const;
type Kind = (typeof KINDS)[number];
/** More points than that are no picture any more. */
const POINTS_MAX = 200;
const SLICES_MAX = 12;
const [WIDTH, HEIGHT, LEFT, BOTTOM] = [680, 320, 64, 24];
const COLORS = ['#4450d8', '#157f4a', '#96590a', '#c0272d', '#7b3fc4', '#0f7380', '#b0398a', '#5c6b00'];

interface Point {
  readonly label: string;
  readonly value: number;
}

function pointsOf({ rows }: ResultSet, { rowAt, rowCount }: View, label: number, value: number): Point[] {
  const points: Point[] = [];
  for (let at = 0; at < Math.min(rowCount, POINTS_MAX); at++) {
    const row = rows.row(rowAt(at));
    const text = row[value];
    if (text != null && isNumber(text)) points.push({ label: row[label] ?? 'NULL', value: Number(text) });
  }
  return points;
}

function Axes({ least, most }: { least: number; most: number }) {
  return (
    <g className="fill-current text-muted" fontSize="11">
      <line
        x1={LEFT}
        y1={HEIGHT - BOTTOM}
        x2={WIDTH}
        y2={HEIGHT - BOTTOM}
        stroke="currentColor"
        strokeOpacity="0.4"
      />
      <text x={LEFT - 6} y={12} textAnchor="end">
        {most.toLocaleString('en-US', { maximumFractionDigits: 3 })}
      </text>
      <text x={LEFT - 6} y={HEIGHT - BOTTOM} textAnchor="end">
        {least.toLocaleString('en-US', { maximumFractionDigits: 3 })}
      </text>
    </g>
  );
}

function Plot({ kind, points }: { kind: 'bar' | 'line'; points: readonly Point[] }) {
  const values = points.map(({ value }) => value);
  const least = Math.min(0, ...values);
  const most = Math.max(0, ...values);
  const y = (value: number) => (HEIGHT - BOTTOM) * (1 - (value - least) / (most - least || 1));
  const step = (WIDTH - LEFT) / points.length;
  const places = points.map((point, index) => ({ ...point, x: LEFT + index * step, key: index }));
  return (
    <>
      <Axes least={least} most={most} />
      {kind === 'line' && (
        <polyline
          fill="none"
          stroke={COLORS[0]}
          strokeWidth="2"
          points={places.map(({ x, value }) => `${x + step / 2},${y(value)}`).join(' ')}
        />
      )}
      {kind === 'bar' &&
        places.map(({ key, label, x, value }) => (
          <rect
            key={key}
            x={x + step * 0.1}
            y={Math.min(y(value), y(0))}
            width={step * 0.8}
            height={Math.abs(y(value) - y(0))}
            fill={COLORS[0]}
          >
            <title>{`${label}: ${value}`}</title>
          </rect>
        ))}
      {places
        .filter(({ key }) => key % Math.ceil(points.length / 8) === 0)
        .map(({ key, label, x }) => (
          <text
            key={key}
            x={x + step / 2}
            y={HEIGHT - 8}
            fontSize="11"
            textAnchor="middle"
            className="fill-current"
          >
            {label.slice(0, 12)}
          </text>
        ))}
    </>
  );
}

/** Slices of what is positive; all behind the largest are one. */
function Pie({ points }: { points: readonly Point[] }) {
  const sorted = points.filter(({ value }) => value > 0).sort((a, b) => b.value - a.value);
  const rest = sorted.slice(SLICES_MAX).reduce((sum, { value }) => sum + value, 0);
  const slices = [...sorted.slice(0, SLICES_MAX), ...(rest > 0 ? [{ label: 'others', value: rest }] : [])];
  const total = slices.reduce((sum, { value }) => sum + value, 0);
  const radius = HEIGHT / 2 - 10;
  let turned = 0;
  return (
    <>
      {slices.map(({ label, value }, index) => {
        const [from, to] = [turned, turned + value / total];
        turned = to;
        const at = (turn: number) =>
          `${170 + radius * Math.sin(turn * 2 * Math.PI)},${HEIGHT / 2 - radius * Math.cos(turn * 2 * Math.PI)}`;
        const color = COLORS[index % COLORS.length];
        const share = `${((value / total) * 100).toFixed(1)} %`;
        // A whole turn is no arc.
        const end = to - from > 0.9999 ? from + 0.9999 : to;
        return (
          <g key={label}>
            <path
              d={`M170,${HEIGHT / 2} L${at(from)} A${radius},${radius} 0 ${end - from > 0.5 ? 1 : 0} 1 ${at(end)} Z`}
              fill={color}
              fillOpacity={1 - Math.floor(index / COLORS.length) * 0.35}
            />
            <rect x={370} y={14 + index * 22} width="12" height="12" fill={color} />
            <text x={390} y={25 + index * 22} fontSize="12" className="fill-current">
              {`${label.slice(0, 24)} · ${share}`}
            </text>
          </g>
        );
      })}
    </>
  );
}

interface ChartProps {
  readonly result: ResultSet;
  readonly view: View;
  readonly onClose: () => void;
}

const SELECT = 'h-7 rounded-md border border-line bg-surface px-1.5';

/** A picture of what is shown: one column for the names, one for the numbers. */
export default function Chart({ result, view, onClose }: ChartProps) {
  const columns = result.columns.map(({ name, type }, index) => ({ name, type, index }));
  const numbers = columns.filter(({ type }) => isNumberType(type));
  const [kind, setKind] = useState<Kind>('bar');
  const [value, setValue] = useState(numbers.at(-1)?.index ?? -1);
  const [label, setLabel] = useState(columns.find(({ index }) => index !== value)?.index ?? value);
  const points = value < 0 ? [] : pointsOf(result, view, label, value);
  const isCut = view.rowCount > POINTS_MAX;
  const pick = (name: string, of: typeof columns, chosen: number, set: (index: number) => void) => (
    <label className="inline-flex items-center gap-1.5">
      {name}
      <select className={SELECT} value={chosen} onChange={(event) => set(Number(event.target.value))}>
        {of.map((column) => (
          <option key={column.index} value={column.index}>
            {column.name}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <Modal wide title="Chart" onClose={onClose}>
      {numbers.length === 0 ? (
        <p>No column of this result holds numbers, so there is nothing to draw.</p>
      ) : (
        <>
          <div className="mb-3 flex flex-wrap items-center gap-3">
            <label className="inline-flex items-center gap-1.5">
              As
              <select
                className={SELECT}
                value={kind}
                onChange={(event) => setKind(event.target.value as Kind)}
              >
                {KINDS.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
            {pick('Names', columns, label, setLabel)}
            {pick('Numbers', numbers, value, setValue)}
          </div>
          <svg
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            role="img"
            aria-label={`${kind} chart of ${result.columns[value]?.name} by ${result.columns[label]?.name}, ${points.length} points`}
            className="w-full"
          >
            {kind === 'pie' ? <Pie points={points} /> : <Plot kind={kind} points={points} />}
          </svg>
          {isCut && <p className="mt-2 text-muted">The first {count(POINTS_MAX)} rows as they are shown.</p>}
        </>
      )}
    </Modal>
  );
}
