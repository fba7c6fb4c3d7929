import { cx } from '../../ui/cx';
import { Icon } from '../../ui/icons';

export function Decision({ decision }: { decision: string | null | undefined }) {
  if (decision !== 'allowed' && decision !== 'denied') return null;
  const denied = decision === 'denied';
  return (
    <span
      className={cx(
        'inline-flex items-center gap-1 align-middle font-medium',
        denied ? 'text-bad' : 'text-good',
      )}
    >
      <Icon name={denied ? 'close' : 'check'} className="size-3.5" />
      {denied ? 'Denied' : 'Allowed'}
    </span>
  );
}
