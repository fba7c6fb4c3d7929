import { useState } from 'react';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { Modal } from '../ui/modal';
import type { Values } from './placeholders';

interface FieldProps {
  readonly name: string;
  readonly value: string | null;
  readonly isFirst: boolean;
  readonly onChange: (value: string | null) => void;
}

function Field({ name, value, isFirst, onChange }: FieldProps) {
  const id = `parameter-${name}`;
  return (
    <div className="grid grid-cols-[minmax(5rem,9rem)_minmax(0,1fr)_auto] items-center gap-3">
      <label htmlFor={id} className="truncate font-mono text-[12px]">
        {name.startsWith('$') ? name : `:${name}`}
      </label>
      <input
        id={id}
        // biome-ignore lint/a11y/noAutofocus: the person has just asked to run, and this stands before it
        autoFocus={isFirst}
        autoComplete="off"
        spellCheck={false}
        disabled={value === null}
        value={value ?? ''}
        placeholder={value === null ? 'NULL' : 'empty text'}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => onChange(event.target.value)}
        className="h-8 w-full rounded-md border border-line-strong bg-surface px-2 font-mono text-[12px] placeholder:text-faint disabled:opacity-60"
      />
      <label className="inline-flex items-center gap-1.5">
        <input
          type="checkbox"
          aria-label={`NULL for ${name}`}
          checked={value === null}
          onChange={(event) => onChange(event.target.checked ? null : '')}
        />
        NULL
      </label>
    </div>
  );
}

interface DialogProps {
  readonly names: readonly string[];
  readonly last: Values;
  readonly action: string;
  readonly onDone: (values: Values) => void;
  readonly onClose: () => void;
}

/** Asks what the placeholders of a text stand for, before it is run. */
export function ParametersDialog({ names, last, action, onDone, onClose }: DialogProps) {
  const [values, setValues] = useState<Values>(() =>
    Object.fromEntries(names.map((name) => [name, last[name] === undefined ? '' : last[name]])),
  );
  return (
    <Modal
      title="Parameters"
      description="Bound as values: whatever you type stays a value and never becomes part of the statement."
      onClose={onClose}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          onDone(values);
        }}
      >
        {names.map((name, index) => (
          <Field
            key={name}
            name={name}
            value={values[name] ?? null}
            isFirst={index === 0}
            onChange={(value) => setValues({ ...values, [name]: value })}
          />
        ))}
        <div className="mt-1 flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary">
            <Icon name="play" className="!size-3" />
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
