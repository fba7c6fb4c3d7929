import { type ComponentProps, type ReactNode, useId } from 'react';
import { type ApiError, sentence } from '../graphql/api-error';
import { cx } from './cx';

export const inputClass =
  'bg-raised border-line-strong h-8 min-w-0 rounded-md border px-2.5 text-sm text-ink disabled:bg-sunken disabled:text-ink-3 aria-invalid:border-bad';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: ApiError | string | undefined;
  optional?: boolean;
  children: (props: {
    id: string;
    'aria-describedby': string;
    'aria-invalid': boolean | undefined;
  }) => ReactNode;
}

/** A label, its control, and below it either what is wrong and how to fix it or a hint. */
export function Field({ label, hint, error, optional, children }: FieldProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {optional ? <span className="text-ink-3 font-normal"> (optional)</span> : null}
      </label>
      {children({ id, 'aria-describedby': `${id}-note`, 'aria-invalid': error ? true : undefined })}
      <div id={`${id}-note`} className={hint || error ? 'text-xs' : 'hidden'}>
        {error ? <FieldProblem error={error} /> : <span className="text-ink-3">{hint}</span>}
      </div>
    </div>
  );
}

export function FieldProblem({ error }: { error: ApiError | string }) {
  const message = typeof error === 'string' ? error : error.message;
  const fix = typeof error === 'string' ? undefined : error.fix;
  return (
    <span role="alert" className="text-bad">
      <Words text={sentence(message)} />
      {fix ? (
        <>
          {' '}
          <Words text={sentence(fix)} />
        </>
      ) : null}
    </span>
  );
}

/** Text whose `backticked` parts are code, as error texts write them. */
export function Words({ text }: { text: string }) {
  const parts = text.split('`');
  if (parts.length % 2 === 0) return text;
  return parts.map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
      <code key={index} className="font-mono text-[0.92em]">
        {part}
      </code>
    ) : (
      part
    ),
  );
}

type TextFieldProps = Omit<FieldProps, 'children'> & Omit<ComponentProps<'input'>, 'children'>;

export function TextField({ label, hint, error, optional, className, ...input }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(props) => <input className={cx(inputClass, className)} autoComplete="off" {...input} {...props} />}
    </Field>
  );
}

type SelectFieldProps = Omit<FieldProps, 'children'> & ComponentProps<'select'>;

/** The system's own select: best keyboard and phone behaviour for short lists. */
export function SelectField({ label, hint, error, optional, className, ...select }: SelectFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(props) => <Select className={className} {...select} {...props} />}
    </Field>
  );
}

export function Select({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <select className={cx(inputClass, 'select pr-7', className)} {...rest}>
      {children}
    </select>
  );
}
