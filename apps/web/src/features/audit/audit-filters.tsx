'use client';
import { useEffect, useRef, useState } from 'react';
import { cx } from '../../ui/cx';
import { inputClass, Select } from '../../ui/field';
import { Icon } from '../../ui/icons';
import { AuditExport } from './audit-export';
import { type AuditSearch, localTime, RANGES, type Range } from './audit-filter';
import { AuditMoreFilters } from './audit-more-filters';
import { SavedSearches } from './audit-saved';

interface Props {
  search: AuditSearch;
  onChange: (search: Partial<AuditSearch>) => void;
  /** Opens a saved search: its part of the address. */
  onOpen: (query: string) => void;
}

export function AuditFilters({ search, onChange, onOpen }: Props) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <TypedFilter
        label="Search statements, reasons and targets"
        placeholder="Search statements, reasons, targets"
        value={search.text}
        onChange={(text) => onChange({ text })}
        className="min-w-56 flex-1"
      />
      <Select
        aria-label="How the text is searched"
        value={search.match}
        onChange={(event) => onChange({ match: event.target.value })}
      >
        <option value="">Part of the text</option>
        <option value="words">Whole words</option>
      </Select>
      <TimeRange search={search} onChange={onChange} />
      <AuditMoreFilters search={search} onChange={onChange} />
      <SavedSearches search={search} onOpen={onOpen} />
      <AuditExport search={search} />
    </div>
  );
}

/** What the address holds is an instant; what people type is their own time. */
const typedTime = (instant: string): string => (instant === '' ? '' : localTime(new Date(instant)));
const instantOf = (typed: string): string => (typed === '' ? '' : new Date(typed).toISOString());

function TimeRange({ search, onChange }: Omit<Props, 'onOpen'>) {
  const choose = (range: Range) => {
    if (range !== 'custom') return onChange({ range, from: '', to: '' });
    onChange({ range, from: new Date(Date.now() - 3_600_000).toISOString(), to: '' });
  };
  return (
    <>
      <Select
        aria-label="Time"
        value={search.range}
        onChange={(event) => choose(event.target.value as Range)}
      >
        {Object.entries(RANGES).map(([range, { label }]) => (
          <option key={range} value={range}>
            {label}
          </option>
        ))}
      </Select>
      {search.range === 'custom' ? (
        <span className="flex flex-wrap items-center gap-2">
          <input
            type="datetime-local"
            aria-label="From"
            className={inputClass}
            value={typedTime(search.from)}
            onChange={(event) => onChange({ from: instantOf(event.target.value) })}
          />
          <span className="text-ink-3 text-sm">to</span>
          <input
            type="datetime-local"
            aria-label="To"
            className={inputClass}
            value={typedTime(search.to)}
            onChange={(event) => onChange({ to: instantOf(event.target.value) })}
          />
        </span>
      ) : null}
    </>
  );
}

interface TypedProps {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  className: string;
}

const PAUSE_MS = 250;

/** Typing searches once it pauses. What is typed shows while the field has the focus, what the address says otherwise. */
function TypedFilter({ label, placeholder, value, onChange, className }: TypedProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(text), PAUSE_MS);
  };
  const leave = () => {
    clearTimeout(timer.current);
    if (typed !== null && typed !== value) onChange(typed);
    setTyped(null);
  };
  return (
    <span className={cx('relative inline-flex', className)}>
      <Icon name="search" className="text-ink-3 pointer-events-none absolute top-2.5 left-2.5 size-3.5" />
      <input
        type="search"
        data-search
        aria-label={label}
        placeholder={placeholder}
        value={typed ?? value}
        onChange={(event) => type(event.target.value)}
        onBlur={leave}
        className={cx(inputClass, 'w-full pl-8')}
      />
    </span>
  );
}
