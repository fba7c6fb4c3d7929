'use client';
import { type PointerEvent, useRef, useState } from 'react';
import { cx } from '../../ui/cx';
import { absolute } from '../../ui/format';
import { Skeleton } from '../../ui/states';
import type { Summary } from './use-audit';

const HEIGHT = 56;
/** From the bottom up; the colours are those of the rows. */
const SERIES = [
  { key: 'allowed', label: 'allowed', className: 'fill-accent opacity-60' },
  { key: 'others', label: 'changes and facts', className: 'fill-ink-3' },
  { key: 'failed', label: 'failed in the database', className: 'fill-warn' },
  { key: 'denied', label: 'denied', className: 'fill-bad' },
] as const;
const numbers = new Intl.NumberFormat('en');

const totalOf = (bucket: Summary['buckets'][number]): number =>
  SERIES.reduce((sum, { key }) => sum + bucket[key], 0);

const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

interface Props {
  summary: Summary | undefined;
  stale: boolean;
  /** The time that was dragged over, or the piece that was clicked. */
  onZoom: (from: string, to: string) => void;
}

/** How many events, when. Drag to look closer. */
export function AuditHistogram({ summary, stale, onZoom }: Props) {
  if (!summary) return <Skeleton className="h-24 w-full" />;
  const { total, isTotalExact, areBucketsExact, from, to } = summary;
  return (
    <figure
      aria-label="Events over time"
      className={cx('border-line bg-surface rounded-lg border px-3 py-2', stale && 'opacity-60')}
    >
      <figcaption className="text-ink-2 flex flex-wrap items-baseline gap-x-3 text-xs">
        <strong className="text-ink text-sm font-semibold" data-testid="audit-total">
          {isTotalExact ? '' : '≈ '}
          {numbers.format(total)} {total === 1 ? 'event' : 'events'}
        </strong>
        {areBucketsExact ? null : <span>estimated from samples of each bar</span>}
        <span className="text-ink-3 ml-auto">drag over the bars to zoom · times in {zone()}</span>
      </figcaption>
      <Bars buckets={summary.buckets} bucketMs={summary.bucketMs} onZoom={onZoom} />
      <div className="text-ink-3 flex justify-between text-xs tabular-nums">
        <span>{absolute(from).slice(0, 16)}</span>
        <span>{absolute(to).slice(0, 16)}</span>
      </div>
    </figure>
  );
}

function Bars({ buckets, bucketMs, onZoom }: Pick<Summary, 'buckets' | 'bucketMs'> & Pick<Props, 'onZoom'>) {
  const [drag, setDrag] = useState<[number, number] | null>(null);
  const svg = useRef<SVGSVGElement>(null);
  const highest = Math.max(1, ...buckets.map(totalOf));
  const at = (event: PointerEvent): number => {
    const box = svg.current?.getBoundingClientRect();
    const share = box ? (event.clientX - box.left) / box.width : 0;
    return Math.min(buckets.length - 1, Math.max(0, Math.floor(share * buckets.length)));
  };
  const finish = () => {
    const [first, last] = [buckets[Math.min(...(drag ?? [0]))], buckets[Math.max(...(drag ?? [0]))]];
    setDrag(null);
    if (!drag || !first || !last) return;
    onZoom(first.at, new Date(Date.parse(last.at) + bucketMs).toISOString());
  };
  return (
    <svg
      ref={svg}
      viewBox={`0 0 ${buckets.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${buckets.length} bars, the highest ${numbers.format(highest)} events`}
      className="my-1 h-14 w-full cursor-crosshair touch-none"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag([at(event), at(event)]);
      }}
      onPointerMove={(event) => drag && setDrag([drag[0], at(event)])}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
    >
      {drag ? (
        <rect
          x={Math.min(...drag)}
          width={Math.abs(drag[1] - drag[0]) + 1}
          height={HEIGHT}
          className="fill-selected"
        />
      ) : null}
      {buckets.map((bucket, index) => (
        <Bar key={bucket.at} bucket={bucket} x={index} highest={highest} />
      ))}
      <line x2={buckets.length} y1={HEIGHT} y2={HEIGHT} className="stroke-line-strong" strokeWidth={1} />
    </svg>
  );
}

function Bar({ bucket, x, highest }: { bucket: Summary['buckets'][number]; x: number; highest: number }) {
  let below = HEIGHT;
  const said = SERIES.filter(({ key }) => bucket[key] > 0)
    .map(({ key, label }) => `${numbers.format(bucket[key])} ${label}`)
    .join(', ');
  return (
    <g>
      <title>{`${absolute(bucket.at).slice(0, 16)}: ${said || 'nothing'}`}</title>
      <rect x={x} width={1} height={HEIGHT} fill="transparent" />
      {SERIES.map(({ key, className }) => {
        // A single refusal among thousands must still be seen.
        const height = bucket[key] === 0 ? 0 : Math.max(1.5, (bucket[key] / highest) * (HEIGHT - 4));
        below -= height;
        return height === 0 ? null : (
          <rect key={key} x={x + 0.1} width={0.8} y={below} height={height} className={className} />
        );
      })}
    </g>
  );
}
