import type { ReactNode } from 'react';
import { asApiError, sentence } from '../graphql/api-error';
import { Button } from './button';
import { cx } from './cx';
import { Words } from './field';
import { Icon, type IconName } from './icons';

/** Nothing here yet: says what this is for and what to do next. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="mx-auto flex max-w-lg flex-col items-center px-6 py-16 text-center">
      <span className="bg-hover text-ink-2 mb-4 flex size-10 items-center justify-center rounded-lg">
        <Icon name={icon} className="size-5" />
      </span>
      <h2 className="font-semibold">{title}</h2>
      {children ? <div className="text-ink-2 mt-1.5 text-sm leading-relaxed">{children}</div> : null}
      {action ? <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  );
}

/** A page or part that could not be loaded, with a way on. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const known = asApiError(error);
  const forbidden = known.code === 'auth.forbidden';
  return (
    <div role="alert" className="mx-auto flex max-w-lg flex-col items-center px-6 py-16 text-center">
      <span className="bg-bad-soft text-bad mb-4 flex size-10 items-center justify-center rounded-lg">
        <Icon name="warning" className="size-5" />
      </span>
      <h2 className="font-semibold">
        {forbidden ? 'Your role does not open this page' : 'This could not be loaded'}
      </h2>
      <p className="text-ink-2 mt-1.5 text-sm">
        <Words text={sentence(known.message)} /> {known.fix ? <Words text={sentence(known.fix)} /> : null}
      </p>
      {onRetry && !forbidden ? (
        <Button className="mt-5" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

type Tone = 'bad' | 'warn' | 'good' | 'plain';
const TONES: Record<Tone, string> = {
  bad: 'bg-bad-soft border-bad/30 text-bad',
  warn: 'bg-warn-soft border-warn/30 text-warn',
  good: 'bg-good-soft border-good/30 text-good',
  plain: 'bg-sunken border-line text-ink-2',
};

/** A boxed remark inside a form or page. */
export function Note({
  tone = 'plain',
  title,
  children,
  action,
}: {
  tone?: Tone;
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'note'}
      className={cx(
        'flex flex-wrap items-start gap-x-3 gap-y-2 rounded-lg border px-3 py-2.5 text-sm',
        TONES[tone],
      )}
    >
      <div className="min-w-0 flex-1 basis-56">
        {title ? <p className="font-medium">{title}</p> : null}
        {children ? <div className="text-ink-2">{children}</div> : null}
      </div>
      {action}
    </div>
  );
}

/** The error of a form that belongs to no field. */
export function FormError({ error, action }: { error: unknown; action?: ReactNode }) {
  const known = asApiError(error);
  return (
    <Note tone="bad" title={sentence(known.message)} action={action}>
      {known.fix ? <Words text={sentence(known.fix)} /> : null}
    </Note>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cx('bg-hover block h-3.5 animate-pulse rounded', className)} />;
}
