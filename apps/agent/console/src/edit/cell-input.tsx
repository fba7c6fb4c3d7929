interface CellInputProps {
  readonly text: string;
  /** It began by typing, in place of what was there: that is a change already. */
  readonly isTyped: boolean;
  /** Null: it stays as it was. `step`: where to go next, 1 below, 0 nowhere. */
  readonly onDone: (text: string | null, step: number) => void;
}

/** Typing in a cell: Enter takes it, Esc leaves it, leaving the cell takes it too. */
export function CellInput({ text, isTyped, onDone }: CellInputProps) {
  const taken = (value: string) => (value === text && !isTyped ? null : value);
  return (
    <input
      aria-label="New value"
      defaultValue={text}
      // biome-ignore lint/a11y/noAutofocus: the person has just asked to type here
      autoFocus
      onFocus={({ currentTarget }) =>
        isTyped ? currentTarget.setSelectionRange(text.length, text.length) : currentTarget.select()
      }
      onMouseDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onBlur={(event) => onDone(taken(event.currentTarget.value), 0)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') onDone(taken(event.currentTarget.value), 1);
        if (event.key === 'Escape') onDone(null, 0);
      }}
      className="-mx-2 h-full w-[calc(100%+1rem)] bg-surface px-2 font-mono text-[12px] outline-2 outline-accent -outline-offset-2 outline-solid"
    />
  );
}
