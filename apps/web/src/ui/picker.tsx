'use client';
import { Popover } from 'radix-ui';
import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from 'react';
import { cx } from './cx';
import { Icon } from './icons';

export interface PickerOption {
  value: string;
  label: string;
  /** More words to find it by, shown small. */
  note?: string;
  section?: string;
  icon?: ReactNode;
}

interface Props {
  trigger: ReactNode;
  options: readonly PickerOption[];
  selected: readonly string[];
  onPick: (value: string) => void;
  /** Name of the search box and the list, for screen readers. */
  label: string;
  /** Stays open for several picks. */
  many?: boolean;
  empty?: string;
  /** Offers what was typed itself, when it is no option yet. */
  offer?: (typed: string) => PickerOption | undefined;
  loading?: boolean;
}

/** Most matches drawn; beyond them one types more. */
const SHOWN = 100;

const matches = (option: PickerOption, needle: string): boolean =>
  `${option.label} ${option.note ?? ''} ${option.value}`.toLowerCase().includes(needle);

/** A searchable list in a popover: WAI-ARIA combobox with a listbox, arrows, Enter and Esc. */
export function Picker({ trigger, ...rest }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>{trigger}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          className="bg-raised border-line shadow-pop animate-pop z-50 flex max-h-[min(22rem,var(--radix-popover-content-available-height))] w-[max(17rem,var(--radix-popover-trigger-width))] max-w-[calc(100vw-16px)] flex-col overflow-hidden rounded-lg border"
        >
          <PickerList {...rest} onClose={() => setOpen(false)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function useMatches({ options, offer }: Pick<Props, 'options' | 'offer'>, typed: string) {
  return useMemo(() => {
    const needle = typed.trim().toLowerCase();
    const found = needle ? options.filter((option) => matches(option, needle)) : options;
    const offered =
      needle && !found.some((o) => o.label.toLowerCase() === needle) ? offer?.(typed.trim()) : undefined;
    const shown = found.slice(0, SHOWN);
    return { shown: offered ? [...shown, offered] : shown, hidden: found.length - shown.length };
  }, [options, offer, typed]);
}

function PickerList({ onClose, ...props }: Omit<Props, 'trigger'> & { onClose: () => void }) {
  const { options, selected, onPick, label, many, empty = 'nothing matches', offer, loading } = props;
  const id = useId();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const { shown, hidden } = useMatches({ options, offer }, typed);
  const at = Math.min(active, shown.length - 1);

  const move = (to: number) => {
    const next = (to + shown.length) % Math.max(1, shown.length);
    setActive(next);
    list.current?.querySelectorAll('[role="option"]')[next]?.scrollIntoView({ block: 'nearest' });
  };
  const pick = (option: PickerOption | undefined) => {
    if (!option) return;
    onPick(option.value);
    if (!many) onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(at + 1);
    else if (event.key === 'ArrowUp') move(at - 1);
    else if (event.key === 'Enter') pick(shown[at]);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div className="border-line flex items-center gap-2 border-b px-2.5">
        <Icon name="search" className="text-ink-3 size-3.5" />
        <input
          role="combobox"
          aria-label={label}
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={shown[at] ? `${id}-${at}` : undefined}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          placeholder="Search…"
          className="h-9 w-full min-w-0 bg-transparent text-sm outline-none"
        />
      </div>
      <div
        ref={list}
        id={id}
        role="listbox"
        aria-label={label}
        aria-multiselectable={many || undefined}
        className="overflow-y-auto p-1"
      >
        {shown.map((option, index) => (
          <PickerRow
            key={option.value}
            id={`${id}-${index}`}
            option={option}
            heading={option.section !== shown[index - 1]?.section ? option.section : undefined}
            active={index === at}
            selected={selected.includes(option.value)}
            onHover={() => setActive(index)}
            onPick={() => pick(option)}
          />
        ))}
        {shown.length === 0 ? (
          <p className="text-ink-3 px-2 py-3 text-sm">{loading ? 'Loading…' : empty}</p>
        ) : null}
        {hidden > 0 ? (
          <p className="text-ink-3 px-2 py-1.5 text-xs">{hidden} more: type to narrow down</p>
        ) : null}
      </div>
    </>
  );
}

interface RowProps {
  id: string;
  option: PickerOption;
  heading: string | undefined;
  active: boolean;
  selected: boolean;
  onHover: () => void;
  onPick: () => void;
}

function PickerRow({ id, option, heading, active, selected, onHover, onPick }: RowProps) {
  return (
    <>
      {heading ? (
        <div role="presentation" className="text-ink-3 px-2 pt-2 pb-1 text-xs">
          {heading}
        </div>
      ) : null}
      {/* biome-ignore lint/a11y/useFocusableInteractive: focus stays in the combobox, aria-activedescendant points here */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the combobox handles the keys */}
      <div
        id={id}
        role="option"
        aria-selected={selected}
        onMouseMove={onHover}
        onClick={onPick}
        className={cx('flex min-h-8 items-center gap-2 rounded px-2 py-1 text-sm', active && 'bg-hover')}
      >
        <span className="text-ink-2">{option.icon}</span>
        <span className="min-w-0 flex-1 truncate">
          {option.label}
          {option.note ? <span className="text-ink-3 ml-1.5 text-xs">{option.note}</span> : null}
        </span>
        {selected ? <Icon name="check" className="text-accent size-3.5" /> : null}
      </div>
    </>
  );
}
