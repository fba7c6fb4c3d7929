import { Popover } from 'radix-ui';
import { useId } from 'react';
import { Icon } from '../ui/icon';
import { overlayPlace } from '../ui/menu';
import type { Connection } from './connection';
import { ConnectionList } from './connection-list';
import { HealthDot } from './connection-marks';
import { EnvironmentLabel } from './environment-label';

export type { Connection } from './connection';

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

/** Which connection the tab works on. Not modal: what is around the open list stays readable. */
export function ConnectionSwitcher(props: SwitcherProps) {
  const { connections, current, disabled, isOpen, onOpen, onChange } = props;
  const listId = useId();
  return (
    <Popover.Root open={isOpen} onOpenChange={onOpen}>
      <Popover.Trigger asChild>
        <button
          type="button"
          role="combobox"
          aria-label="Connection"
          aria-haspopup="listbox"
          aria-expanded={isOpen}
          aria-controls={listId}
          disabled={disabled}
          title={disabled ? 'A statement is running: cancel it to change the connection' : undefined}
          className="inline-flex h-7 min-w-0 max-w-80 items-center gap-2 rounded-md border border-line-strong bg-surface px-2 hover:bg-hover disabled:opacity-60"
        >
          {current === undefined ? (
            <Icon name="database" className="text-muted" />
          ) : (
            <HealthDot {...current} />
          )}
          <span className="truncate font-medium">{current?.name ?? 'Choose a connection'}</span>
          {current !== undefined && <EnvironmentLabel label={current.label} />}
          <Icon name="chevron" className="!size-3 text-muted" />
        </button>
      </Popover.Trigger>
      <Popover.Portal container={overlayPlace()}>
        <Popover.Content
          aria-label="Connections"
          align="start"
          sideOffset={4}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            props.onClosed();
          }}
          className="z-40 flex max-h-[70vh] w-max min-w-80 max-w-[calc(100vw-1rem)] rounded-lg border border-line bg-raised p-1 shadow-(--shadow)"
        >
          <ConnectionList
            id={listId}
            connections={connections}
            current={current}
            onChoose={(slug) => {
              onOpen(false);
              onChange(slug);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
