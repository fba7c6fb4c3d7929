'use client';
import { Button } from '../../ui/button';
import { CodeBlock } from '../../ui/copy';
import { Dialog } from '../../ui/dialog';
import { Note } from '../../ui/states';

export function SecretOnce({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) {
  return (
    <Dialog
      open
      sticky
      onClose={onClose}
      title={`Signing secret of ${name}`}
      footer={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="flex flex-col gap-4 text-sm">
        <Note tone="warn">
          It is shown only now. A new one can be made at any time; the old one then signs for a day more.
        </Note>
        <CodeBlock label="Signing secret" code={secret} wrap />
        <p className="text-ink-2">
          Check <code className="font-mono text-xs">webhook-signature</code> with it before you believe a
          message: any Standard Webhooks library does.
        </p>
      </div>
    </Dialog>
  );
}
