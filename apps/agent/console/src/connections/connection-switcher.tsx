import type { ConnectionsResponse } from '@postern/agent/console-contract';
import { Select } from 'radix-ui';
import { duration } from '../results/format';
import { Icon } from '../ui/icon';
import { EnvironmentLabel } from './environment-label';
import { PermissionBadges } from './permission-badge';

export type Connection = ConnectionsResponse['connections'][number];

const HEALTH = {
  ok: { dot: 'bg-ok', text: 'reachable' },
  down: { dot: 'bg-danger', text: 'not reachable' },
  unknown: { dot: 'bg-line-strong', text: 'not tried yet' },
} as const;

function HealthDot({ health, latencyMs }: Connection) {
  const { dot, text: state } = HEALTH[health];
  const text = latencyMs === undefined ? state : `${state}, answers the agent in ${duration(latencyMs)}`;
  return (
    <span title={text} className={`inline-block size-2 shrink-0 rounded-full ${dot}`}>
      <span className="sr-only">{text}</span>
    </span>
  );
}

export function ReadOnlyMark() {
  return (
    <span
      title="No permission here changes anything, so your sessions are pinned to read only"
      className="inline-flex items-center gap-1 whitespace-nowrap text-[11px] text-muted"
    >
      <Icon name="lock" className="!size-3" />
      read only
    </span>
  );
}

function Choice({ connection }: { connection: Connection }) {
  return (
    <Select.Item
      value={connection.slug}
      className="relative flex flex-col gap-1.5 rounded-md py-2 pr-3 pl-8 outline-none data-highlighted:bg-hover"
    >
      <Select.ItemIndicator className="absolute top-2 left-2 text-accent">
        <Icon name="check" />
      </Select.ItemIndicator>
      <span className="flex items-center gap-2">
        <HealthDot {...connection} />
        <Select.ItemText>
          <span className="font-medium">{connection.name}</span>
        </Select.ItemText>
        <EnvironmentLabel label={connection.label} />
        {connection.latencyMs !== undefined && (
          <span aria-hidden="true" className="ml-auto whitespace-nowrap text-[11px] text-muted tabular-nums">
            {duration(connection.latencyMs)}
          </span>
        )}
        {connection.readOnly && <ReadOnlyMark />}
      </span>
      <PermissionBadges permissions={connection.permissions} />
    </Select.Item>
  );
}

interface SwitcherProps {
  readonly connections: readonly Connection[];
  readonly current: Connection | undefined;
  readonly disabled: boolean;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly onChange: (slug: string) => void;
  /** Where the focus goes afterwards. */
  readonly onClosed: () => void;
}

export function ConnectionSwitcher(props: SwitcherProps) {
  const { connections, current, disabled, onChange } = props;
  return (
    <Select.Root
      value={current?.slug ?? ''}
      onValueChange={onChange}
      disabled={disabled}
      open={props.isOpen}
      onOpenChange={props.onOpen}
    >
      <Select.Trigger
        aria-label="Connection"
        title={disabled ? 'A statement is running: cancel it to change the connection' : undefined}
        className="inline-flex h-7 min-w-0 max-w-80 items-center gap-2 rounded-md border border-line-strong bg-surface px-2 hover:bg-hover disabled:opacity-60"
      >
        {current === undefined ? <Icon name="database" className="text-muted" /> : <HealthDot {...current} />}
        <span className="truncate font-medium">
          <Select.Value placeholder="Choose a connection">{current?.name}</Select.Value>
        </span>
        {current !== undefined && <EnvironmentLabel label={current.label} />}
        <Icon name="chevron" className="!size-3 text-muted" />
      </Select.Trigger>
      <Select.Portal>
        <Select.Content
          position="popper"
          sideOffset={4}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            props.onClosed();
          }}
          className="z-30 max-h-[70vh] min-w-80 overflow-hidden rounded-lg border border-line bg-raised p-1 shadow-(--shadow)"
        >
          <Select.Viewport>
            {connections.map((connection) => (
              <Choice key={connection.slug} connection={connection} />
            ))}
          </Select.Viewport>
        </Select.Content>
      </Select.Portal>
    </Select.Root>
  );
}
