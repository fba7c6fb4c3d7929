import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';

const KEY = 'postern.split';
const MIN = 15;
const MAX = 85;
const clamp = (percent: number) => Math.max(MIN, Math.min(MAX, percent));

function stored(): number {
  try {
    return clamp(Number(localStorage.getItem(KEY) ?? 42) || 42);
  } catch {
    return 42;
  }
}

/** Two panes, one above the other, with a bar between them for the mouse and the keyboard. */
export function SplitPane({ top, bottom }: { top: ReactNode; bottom: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const [percent, setPercent] = useState(stored);
  const change = (next: number) => {
    setPercent(clamp(next));
    try {
      localStorage.setItem(KEY, String(clamp(next)));
    } catch {
      // Then it holds until the page is closed.
    }
  };
  const drag = (event: PointerEvent) => {
    const frame = box.current?.getBoundingClientRect();
    if (frame === undefined || event.buttons !== 1) return;
    change(((event.clientY - frame.top) / frame.height) * 100);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowUp') change(percent - 4);
    else if (event.key === 'ArrowDown') change(percent + 4);
    else return;
    event.preventDefault();
  };
  return (
    <div ref={box} className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-0 flex-col" style={{ height: `${percent}%` }}>
        {top}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a separator that moves is a widget, not a line */}
      <div
        role="separator"
        tabIndex={0}
        aria-orientation="horizontal"
        aria-label="Height of the editor"
        aria-valuenow={Math.round(percent)}
        aria-valuemin={MIN}
        aria-valuemax={MAX}
        className="h-1.5 shrink-0 cursor-row-resize touch-none border-line border-y bg-bg hover:bg-accent"
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onKeyDown={onKeyDown}
      />
      <div className="flex min-h-0 flex-1 flex-col">{bottom}</div>
    </div>
  );
}
