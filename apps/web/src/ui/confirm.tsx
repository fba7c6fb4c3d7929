'use client';
import { type ReactNode, useState } from 'react';
import { Button } from './button';
import { Dialog } from './dialog';
import { TextField } from './field';
import { FormError } from './states';

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  confirm: string;
  onConfirm: () => void;
  busy: boolean;
  error: unknown;
  /** What must be typed before the button works, for what cannot be undone. */
  typed?: string;
}

/** Asks before something is taken away; says what, and what follows. */
export function Confirm(props: Props) {
  const { open, onClose, title, children, error } = props;
  return (
    <Dialog open={open} onClose={onClose} title={title} footer={<Answers key={String(open)} {...props} />}>
      <div className="text-ink-2 flex flex-col gap-3 text-sm leading-relaxed">
        {children}
        {error ? <FormError error={error} /> : null}
      </div>
    </Dialog>
  );
}

function Answers({ onClose, confirm, onConfirm, busy, typed }: Props) {
  const [text, setText] = useState('');
  return (
    <form
      className="flex w-full flex-wrap items-end justify-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        onConfirm();
      }}
    >
      {typed ? (
        <div className="mb-2 w-full">
          <TextField
            label={`Type ${typed} to confirm`}
            value={text}
            onChange={(event) => setText(event.target.value)}
            spellCheck={false}
          />
        </div>
      ) : null}
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" look="danger" busy={busy} disabled={typed !== undefined && text !== typed}>
        {confirm}
      </Button>
    </form>
  );
}
