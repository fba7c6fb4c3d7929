'use client';
import { type ComponentProps, useId } from 'react';
import { asApiError, fieldError } from '../graphql/api-error';
import { Button } from './button';
import { Dialog } from './dialog';
import { FormError } from './states';

interface Props extends Omit<ComponentProps<typeof Dialog>, 'open' | 'footer'> {
  open?: boolean;
  /** What the button that sends the form says, in the imperative: `Create token`. */
  submit: string;
  /** What the button that sends nothing says. */
  back?: string;
  look?: 'primary' | 'danger';
  disabled?: boolean;
  busy: boolean;
  error: unknown;
  /** Those that show what is wrong with them; every other error stands at the end of the form. */
  fields?: readonly string[];
  onSubmit: () => void;
}

/** A dialog that asks for something and sends it: by its button, or by Enter. */
export function FormDialog(props: Props) {
  const {
    open = true,
    submit,
    back = 'Cancel',
    look = 'primary',
    disabled,
    busy,
    error,
    fields = [],
    ...rest
  } = props;
  const { onSubmit, children, ...dialog } = rest;
  const form = useId();
  const known = error ? asApiError(error) : null;
  return (
    <Dialog
      {...dialog}
      open={open}
      footer={
        <>
          <Button onClick={dialog.onClose}>{back}</Button>
          <Button look={look} type="submit" form={form} busy={busy} disabled={disabled}>
            {submit}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4 text-sm"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        {known && !fields.some((field) => fieldError(known, field)) ? <FormError error={known} /> : null}
      </form>
    </Dialog>
  );
}
