'use client';
import { useState } from 'react';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { count } from '../../ui/format';
import type { Item } from './use-reviews';

const LISTED = 8;

interface Props {
  items: readonly Item[];
  decision: 'CERTIFIED' | 'REVOKED';
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onDecide: (note: string) => void;
}

/** Asks why. For a revocation it also says what follows, for that cannot be undone from here. */
export function DecideDialog({ items, decision, busy, error, onClose, onDecide }: Props) {
  const [note, setNote] = useState('');
  const revokes = decision === 'REVOKED';
  const what = count(items.length, 'access', 'accesses');
  return (
    <FormDialog
      sticky
      onClose={onClose}
      title={revokes ? `Revoke ${what}?` : `Certify ${what}`}
      submit={revokes ? 'Revoke' : 'Certify'}
      look={revokes ? 'danger' : 'primary'}
      disabled={note.trim() === ''}
      busy={busy}
      error={error}
      onSubmit={() => onDecide(note.trim())}
    >
      <ul className="border-line divide-line divide-y rounded-lg border">
        {items.slice(0, LISTED).map((item) => (
          <li key={item.id} className="flex flex-wrap justify-between gap-x-3 px-3 py-1.5">
            <span>{item.userName}</span>
            <span className="text-ink-2 font-mono text-xs leading-5">{item.connection}</span>
          </li>
        ))}
        {items.length > LISTED ? (
          <li className="text-ink-3 px-3 py-1.5">and {items.length - LISTED} more</li>
        ) : null}
      </ul>
      {revokes ? (
        <p className="text-ink-2">
          Rules that name the person on that connection are changed at once, and the agents enforce it within
          a second. What comes through a group or a rule for all connections stays: the item then says what is
          left to do.
        </p>
      ) : null}
      <TextField
        label="Reason"
        required
        maxLength={500}
        value={note}
        placeholder={revokes ? 'Moved to another team' : 'Still on call for this service'}
        onChange={(event) => setNote(event.target.value)}
        hint="Part of the evidence."
      />
    </FormDialog>
  );
}
