import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { duration } from '../results/format';
import { Icon } from '../ui/icon';
import type { Connection } from './connection';
import { HealthDot, ReadOnlyMark } from './connection-marks';
import { EnvironmentLabel } from './environment-label';
import { PermissionBadges } from './permission-badge';

/** Letters typed within that time are one word. */
const WORD_MS = 700;

function Choice({ connection }: { connection: Connection }) {
  const { name, label, latencyMs, readOnly, permissions } = connection;
  return (
    <>
      <span className="flex items-center gap-2">
        <HealthDot {...connection} />
        <span className="font-medium">{name}</span>
        <EnvironmentLabel label={label} />
        {latencyMs !== undefined && (
          <span aria-hidden="true" className="ml-auto whitespace-nowrap text-[11px] text-muted tabular-nums">
            {duration(latencyMs)}
          </span>
        )}
        {readOnly && <ReadOnlyMark />}
      </span>
      <PermissionBadges permissions={permissions} />
    </>
  );
}

interface ListProps {
  readonly id: string;
  readonly connections: readonly Connection[];
  readonly current: Connection | undefined;
  readonly onChoose: (slug: string) => void;
}

/** Connections to choose from: by arrows, by the first letters, by a click. The focus stays, what is active moves. */
export function ConnectionList({ id, connections, current, onChoose }: ListProps) {
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      connections.findIndex(({ slug }) => slug === current?.slug),
    ),
  );
  const typed = useRef({ text: '', at: 0 });
  const optionId = (at: number) => `${id}-${at}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the id never changes
  useEffect(() => {
    document.getElementById(optionId(active))?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const search = (key: string) => {
    const { text, at } = typed.current;
    const next = (Date.now() - at < WORD_MS ? text : '') + key.toLowerCase();
    typed.current = { text: next, at: Date.now() };
    const found = connections.findIndex(({ name }) => name.toLowerCase().startsWith(next));
    if (found >= 0) setActive(found);
  };
  const last = connections.length - 1;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const chosen = connections[active];
    if (event.key === 'ArrowDown') setActive(Math.min(active + 1, last));
    else if (event.key === 'ArrowUp') setActive(Math.max(active - 1, 0));
    else if (event.key === 'Home') setActive(0);
    else if (event.key === 'End') setActive(last);
    else if (event.key === 'Enter' && chosen !== undefined) onChoose(chosen.slug);
    else if (event.key.length === 1) search(event.key);
    else return;
    event.preventDefault();
  };
  return (
    <div
      id={id}
      role="listbox"
      tabIndex={0}
      aria-label="Connections"
      aria-activedescendant={optionId(active)}
      onKeyDown={onKeyDown}
      className="min-h-0 flex-1 overflow-auto outline-none"
    >
      {connections.map((connection, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the list hears the keys
        // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and names the active option
        <div
          key={connection.slug}
          id={optionId(at)}
          role="option"
          aria-selected={connection.slug === current?.slug}
          onClick={() => onChoose(connection.slug)}
          onMouseMove={() => setActive(at)}
          className={`relative flex flex-col gap-1.5 rounded-md py-2 pr-3 pl-8 ${at === active ? 'bg-hover' : ''}`}
        >
          {connection.slug === current?.slug && (
            <Icon name="check" className="absolute top-2 left-2 text-accent" />
          )}
          <Choice connection={connection} />
        </div>
      ))}
    </div>
  );
}
