import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import type { Outcome, Trail } from '../tabs/model';
import type { ResultActions } from './actions';
import { TrailBar } from './trail-bar';

interface FollowedProps {
  readonly trail: Trail;
  readonly outcome: Outcome;
  readonly actions: ResultActions;
  readonly isRunning: boolean;
  readonly children: ReactNode;
}

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, [contenteditable="true"]') !== null;

/** Results that were reached from others by foreign keys, under the way back. */
export function Followed({ trail, outcome, actions, isRunning, children }: FollowedProps) {
  const pane = useRef<HTMLDivElement>(null);
  // The rows that had the focus are gone with the step before.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each result that comes in front
  useEffect(() => {
    if (document.activeElement === document.body)
      pane.current?.querySelector<HTMLElement>('[data-results-pane]')?.focus();
  }, [outcome.id]);
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (!event.altKey || by === 0 || isTyping(event)) return;
    // At the end of the trail too: the browser would leave the page.
    event.preventDefault();
    actions.step(by);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the rows inside, which come up to here
    <div ref={pane} onKeyDown={onKeyDown} className="flex h-full min-h-0 flex-col">
      <TrailBar
        {...{ trail, isRunning }}
        onStep={actions.step}
        onOpen={() => actions.openInTab(outcome, trail.label)}
      />
      <div className="min-h-0 flex-1">{children}</div>
    </div>
  );
}
