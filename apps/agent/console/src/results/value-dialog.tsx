import { useState } from 'react';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy';
import { Modal } from '../ui/modal';
import { CellValue } from './cell';
import { count, plural } from './format';
import { prettyJson } from './json-text';
import type { ResultSet } from './result-set';

/** More than that keeps a browser busy for seconds with laying it out; Copy takes all of it. */
const SHOWN_CHARS = 200_000;

interface ValueDialogProps {
  readonly result: ResultSet;
  readonly row: number;
  readonly column: number;
  readonly value: string | null;
  readonly onClose: () => void;
}

/** One value, whole and exactly as PostgreSQL prints it; JSON may be spread over lines. */
export function ValueDialog({ result, row, column: index, value, onClose }: ValueDialogProps) {
  const column = result.columns[index];
  const isJson = /^jsonb?$/.test(column?.type ?? '') && value !== null;
  const [isPretty, setPretty] = useState(isJson);
  const text = value === null ? '' : isPretty ? prettyJson(value) : value;
  const size = value === null ? 'no value' : plural(value.length, 'character');
  const facts = `${column?.type ?? ''} · ${row < 0 ? 'new row' : `row ${row + 1}`} · ${size}`;
  return (
    <Modal wide title={column?.name ?? 'Value'} description={facts} onClose={onClose}>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it
        tabIndex={0}
        className="max-h-[48vh] overflow-auto whitespace-pre-wrap break-words rounded-md border border-line bg-sunken p-3 font-mono text-[12px]"
      >
        {value === null ? <CellValue value={null} /> : text.slice(0, SHOWN_CHARS)}
      </pre>
      {text.length > SHOWN_CHARS && (
        <p className="mt-1 text-muted">The first {count(SHOWN_CHARS)} characters. Copy takes all of them.</p>
      )}
      {value !== null && (
        <div className="mt-3 flex justify-end gap-2">
          {isJson && (
            <Button aria-pressed={isPretty} onClick={() => setPretty(!isPretty)}>
              {isPretty ? 'As it is' : 'Over lines'}
            </Button>
          )}
          <CopyButton text={value} label="Copy value" caption="Copy" look="plain" />
        </div>
      )}
    </Modal>
  );
}
