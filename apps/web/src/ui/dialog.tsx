'use client';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useRef } from 'react';
import { IconButton } from './button';
import { cx } from './cx';
import { Icon } from './icons';

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean | 'two';
  /** Something typed would be lost: a click outside does not close. */
  sticky?: boolean;
}

const OVERLAY = 'fixed inset-0 z-40 bg-overlay animate-fade';

/** Nothing of ours opens by a Radix trigger, so where the focus goes back to is remembered here: the row or button before. */
function useReturnFocus() {
  const before = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: () => {
      before.current = document.activeElement;
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    },
  };
}

/** A dialog in the middle: short questions and things shown once. */
export function Dialog({ open, onClose, title, description, children, footer, wide, sticky }: Props) {
  const focus = useReturnFocus();
  return (
    <Radix.Root open={open} onOpenChange={(next) => next || onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={OVERLAY} />
        <Radix.Content
          {...focus}
          {...(description ? {} : { 'aria-describedby': undefined })}
          onInteractOutside={(event) => sticky && event.preventDefault()}
          className={cx(
            'bg-raised border-line-strong animate-pop shadow-pop fixed inset-x-0 top-[8vh] z-50 mx-auto flex max-h-[84vh] w-[calc(100vw-24px)] flex-col rounded-xl border focus:outline-none',
            wide ? 'max-w-2xl' : 'max-w-md',
          )}
        >
          <Header title={title} description={description} />
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
          {footer ? <Footer>{footer}</Footer> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** A panel at the right: one thing of a list, seen or edited beside the list. */
export function Panel({ open, onClose, title, description, children, footer, wide, sticky }: Props) {
  const focus = useReturnFocus();
  return (
    <Radix.Root open={open} onOpenChange={(next) => next || onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={OVERLAY} />
        <Radix.Content
          {...focus}
          {...(description ? {} : { 'aria-describedby': undefined })}
          onInteractOutside={(event) => sticky && event.preventDefault()}
          className={cx(
            'bg-raised border-line animate-slide shadow-pop fixed inset-y-0 right-0 z-50 flex w-full flex-col border-l focus:outline-none',
            wide === 'two' ? 'sm:max-w-lg lg:max-w-4xl' : wide ? 'sm:max-w-2xl' : 'sm:max-w-lg',
          )}
        >
          <Header title={title} description={description} />
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-6">{children}</div>
          {footer ? <Footer>{footer}</Footer> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Header({ title, description }: { title: string; description?: ReactNode }) {
  return (
    <div className="flex items-start gap-3 px-5 pt-4 pb-3">
      <div className="min-w-0 flex-1">
        <Radix.Title className="text-[0.95rem] font-semibold">{title}</Radix.Title>
        {description ? (
          <Radix.Description className="text-ink-2 mt-1 text-sm">{description}</Radix.Description>
        ) : null}
      </div>
      <Radix.Close asChild>
        <IconButton label="Close" className="-mr-1.5">
          <Icon name="close" />
        </IconButton>
      </Radix.Close>
    </div>
  );
}

function Footer({ children }: { children: ReactNode }) {
  return (
    <div className="border-line flex flex-wrap items-center justify-end gap-2 border-t px-5 py-3">
      {children}
    </div>
  );
}
