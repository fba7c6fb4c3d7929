import type { Connection } from '../connections/connection-switcher';
import { plural } from '../results/format';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy';
import { Modal } from '../ui/modal';

interface ReviewProps {
  readonly statements: readonly string[];
  readonly connection: Pick<Connection, 'name' | 'label'>;
  readonly onApply: (statements: readonly string[]) => void;
  readonly onClose: () => void;
}

/** What is staged, as the statements that will run. */
export function ReviewDialog({ statements, connection, onApply, onClose }: ReviewProps) {
  const { name, label } = connection;
  const isProduction = /\bprod(uction)?\b/i.test(label);
  const sql = statements.map((statement) => `${statement};`).join('\n');
  return (
    <Modal
      wide
      title="Review the changes"
      description={`${plural(statements.length, 'statement')} on ${name} (${label}), in one transaction. Each must change exactly one row that is still as it was shown; otherwise all of them are rolled back.`}
      onClose={onClose}
    >
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it
        tabIndex={0}
        className="max-h-[44vh] overflow-auto whitespace-pre-wrap break-words rounded-md border border-line bg-sunken p-3 font-mono text-[12px]"
      >
        {sql}
      </pre>
      <div className="mt-3 flex justify-end gap-2">
        <CopyButton text={sql} label="Copy SQL" caption="Copy SQL" look="plain" />
        <Button onClick={onClose}>Back</Button>
        <Button look={isProduction ? 'danger' : 'primary'} onClick={() => onApply(statements)}>
          {isProduction ? `Apply to ${label}` : 'Apply'}
        </Button>
      </div>
    </Modal>
  );
}
