'use client';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../ui/button';
import { cx } from '../../ui/cx';
import { inputClass, Select } from '../../ui/field';
import { Icon } from '../../ui/icons';
import { useConnections } from '../connections/use-connections';
import { useOrg } from '../shell/org-context';
import { type AuditSearch, isNarrowed, localTime, RANGES, type Range } from './audit-filter';
import { KIND_LABEL } from './kinds';

interface Props {
  search: AuditSearch;
  onChange: (search: Partial<AuditSearch>) => void;
}

export function AuditFilters({ search, onChange }: Props) {
  const { orgId } = useOrg();
  const connections = useConnections(orgId).data ?? [];
  const slugs = connections.map((each) => each.slug);
  if (search.connection && !slugs.includes(search.connection)) slugs.push(search.connection);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <TypedFilter
        label="Search statements, reasons and targets"
        placeholder="Search statements, reasons, targets"
        value={search.text}
        onChange={(text) => onChange({ text })}
        className="w-full sm:w-72"
        primary
      />
      <TypedFilter
        label="Actor"
        placeholder="Actor"
        value={search.actor}
        onChange={(actor) => onChange({ actor })}
        className="w-40"
      />
      <Select
        aria-label="Connection"
        className="max-w-44"
        value={search.connection}
        onChange={(event) => onChange({ connection: event.target.value })}
      >
        <option value="">Any connection</option>
        {slugs.map((slug) => (
          <option key={slug}>{slug}</option>
        ))}
      </Select>
      <Select
        aria-label="Decision"
        value={search.decision}
        onChange={(event) => onChange({ decision: event.target.value })}
      >
        <option value="">Any decision</option>
        <option value="allowed">Allowed</option>
        <option value="denied">Denied</option>
      </Select>
      <Select
        aria-label="Kind"
        className="max-w-48"
        value={search.kind}
        onChange={(event) => onChange({ kind: event.target.value })}
      >
        <option value="">Any kind</option>
        {Object.entries(KIND_LABEL).map(([kind, label]) => (
          <option key={kind} value={kind}>
            {label}
          </option>
        ))}
      </Select>
      <TimeRange search={search} onChange={onChange} />
      {isNarrowed(search) ? (
        <Button
          look="ghost"
          onClick={() => onChange({ text: '', actor: '', connection: '', decision: '', kind: '' })}
        >
          <Icon name="close" className="size-3.5" /> Clear
        </Button>
      ) : null}
    </div>
  );
}

function TimeRange({ search, onChange }: Props) {
  const choose = (range: Range) => {
    if (range !== 'custom') return onChange({ range, from: '', to: '' });
    const now = new Date();
    onChange({ range, from: localTime(new Date(now.getTime() - 3_600_000)), to: '' });
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
            value={search.from}
            max={search.to || undefined}
            onChange={(event) => onChange({ from: event.target.value })}
          />
          <span className="text-ink-3 text-sm">to</span>
          <input
            type="datetime-local"
            aria-label="To"
            className={inputClass}
            value={search.to}
            min={search.from || undefined}
            onChange={(event) => onChange({ to: event.target.value })}
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
  primary?: boolean;
}

const PAUSE_MS = 250;

/** Typing searches once it pauses. What is typed shows while the field has the focus, what the address says otherwise. */
function TypedFilter({ label, placeholder, value, onChange, className, primary }: TypedProps) {
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
        data-search={primary || undefined}
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
