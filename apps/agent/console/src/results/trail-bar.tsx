import { Fragment } from 'react';
import type { Trail } from '../tabs/model';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';

interface TrailBarProps {
  readonly trail: Trail;
  readonly isRunning: boolean;
  readonly onStep: (by: number) => void;
  readonly onOpen: () => void;
}

/** Where the rows in front were reached from, and the way back. */
export function TrailBar({ trail, isRunning, onStep, onOpen }: TrailBarProps) {
  const { back, label, forward } = trail;
  const way = [...back.map((step) => step.label), label, ...forward.map((step) => step.label)];
  return (
    <nav
      aria-label="Followed rows"
      className="flex h-8 shrink-0 items-center gap-1 border-line border-b bg-bg px-2"
    >
      <Button
        look="quiet"
        square
        aria-label="Back"
        title="Back (Alt+←): the rows as they were read"
        disabled={back.length === 0 || isRunning}
        onClick={() => onStep(-1)}
      >
        <Icon name="chevron" className="rotate-90" />
      </Button>
      <Button
        look="quiet"
        square
        aria-label="Forward"
        title="Forward (Alt+→)"
        disabled={forward.length === 0 || isRunning}
        onClick={() => onStep(1)}
      >
        <Icon name="chevron" className="-rotate-90" />
      </Button>
      <ol className="flex min-w-0 flex-1 items-center gap-1 overflow-x-auto">
        {way.map((name, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place on the way
          <Fragment key={at}>
            {at > 0 && (
              <li aria-hidden="true" className="text-faint">
                →
              </li>
            )}
            <li className="max-w-72 shrink-0">
              <button
                type="button"
                title={name}
                aria-current={at === back.length ? 'step' : undefined}
                disabled={at === back.length || isRunning}
                onClick={() => onStep(at - back.length)}
                className="-outline-offset-2 block max-w-full truncate rounded px-1 font-mono text-[12px] text-muted enabled:hover:bg-hover enabled:hover:text-text aria-[current]:text-text"
              >
                {name}
              </button>
            </li>
          </Fragment>
        ))}
      </ol>
      <Button look="quiet" onClick={onOpen}>
        Open in a tab
      </Button>
    </nav>
  );
}
