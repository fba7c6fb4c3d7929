import { Dialog } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { Button } from './button';
import { Icon } from './icon';

interface ModalProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  readonly onClose: () => void;
  readonly wide?: boolean;
}

/** A dialog that traps focus, closes with Esc and gives focus back. */
export function Modal({ title, description, children, onClose, wide = false }: ModalProps) {
  // A dialog without a trigger of its own would leave the focus nowhere.
  const [before] = useState(() => document.activeElement);
  const goBack = (event: Event) => {
    event.preventDefault();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/35" />
        <Dialog.Content
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          onCloseAutoFocus={goBack}
          className={`-translate-x-1/2 fixed top-[12vh] left-1/2 z-50 flex max-h-[76vh] w-[calc(100vw-2rem)] flex-col rounded-xl border border-line bg-raised shadow-(--shadow) outline-none ${wide ? 'max-w-3xl' : 'max-w-md'}`}
        >
          <div className="flex items-center justify-between gap-4 px-5 pt-4">
            <Dialog.Title className="font-semibold text-[15px]">{title}</Dialog.Title>
            <Dialog.Close asChild>
              <Button look="quiet" square aria-label="Close">
                <Icon name="close" />
              </Button>
            </Dialog.Close>
          </div>
          {description !== undefined && (
            <Dialog.Description className="px-5 pt-1 text-muted">{description}</Dialog.Description>
          )}
          <div className="min-h-0 overflow-auto px-5 pt-3 pb-5">{children}</div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  /** The way back; what it does is nothing. */
  readonly keep?: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function Confirm({ title, text, action, keep = 'Keep it', onConfirm, onClose }: ConfirmProps) {
  const confirm = () => {
    onClose();
    onConfirm();
  };
  return (
    <Modal title={title} description={text} onClose={onClose}>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{keep}</Button>
        <Button look="danger" onClick={confirm}>
          {action}
        </Button>
      </div>
    </Modal>
  );
}
