import { EXPORT_FORMATS, type ExportFormat, type ExportProgress } from '@postern/agent/console-contract';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { count } from '../results/format';
import { Button } from '../ui/button';
import { Icon, Spinner } from '../ui/icon';
import { Menu, MenuContent, MenuItem } from '../ui/menu';

const NAMES: Readonly<Record<ExportFormat, string>> = {
  csv: 'CSV',
  tsv: 'TSV',
  json: 'JSON',
  jsonl: 'JSON, one row a line',
  excel: 'Excel',
  parquet: 'Parquet',
  sql: 'INSERT statements',
  markdown: 'Markdown',
};

export type ExportFile = (
  format: ExportFormat,
  onProgress: (progress: ExportProgress) => void,
) => Promise<string>;

interface ExportMenuProps {
  readonly onExport: ExportFile;
  readonly onCancel: () => void;
  readonly isDisabled: boolean;
}

/** The whole result as a file, written by the agent. Only shown to who holds `export`. */
export function ExportMenu({ onExport, onCancel, isDisabled }: ExportMenuProps) {
  const [progress, setProgress] = useState<ExportProgress | null>(null);
  const [said, setSaid] = useState('');
  const start = async (format: ExportFormat) => {
    setProgress({ state: 'waiting', rows: 0, bytes: 0, message: null, transaction: null });
    setSaid(await onExport(format, setProgress));
    setProgress(null);
  };
  if (progress !== null) {
    return (
      <span className="inline-flex items-center gap-2" role="status">
        <Spinner className="!size-3" />
        exporting, {count(progress.rows)} rows
        <Button onClick={onCancel}>Cancel</Button>
      </span>
    );
  }
  return (
    <>
      <span role="status">{said}</span>
      <Menu>
        <DropdownMenu.Trigger asChild>
          <Button
            look="quiet"
            disabled={isDisabled}
            title="Runs the statement again and writes all its rows to a file"
          >
            Export
            <Icon name="chevron" className="!size-3" />
          </Button>
        </DropdownMenu.Trigger>
        <MenuContent align="end" side="top">
          <DropdownMenu.Label className="max-w-64 px-2.5 py-1 text-[11px] text-muted">
            The statement runs again and all its rows go into the file; sorting, filter and hidden columns of
            the grid do not count.
          </DropdownMenu.Label>
          {EXPORT_FORMATS.map((format) => (
            <MenuItem key={format} onSelect={() => void start(format)}>
              {NAMES[format]}
            </MenuItem>
          ))}
        </MenuContent>
      </Menu>
    </>
  );
}
