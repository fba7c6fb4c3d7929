import { useEffect, useState } from 'react';
import { Button } from './button';
import { Icon } from './icon';

/** Outside a secure context (plain http on another host) there is no clipboard API; the old command still works. */
function copyByCommand(text: string): boolean {
  const area = document.createElement('textarea');
  const focused = document.activeElement;
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}

/** Puts text on the clipboard; false when the browser would not. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard !== undefined) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Permission denied or the page lost focus: try the other way.
  }
  return copyByCommand(text);
}

interface CopyButtonProps {
  /** A function when it takes work to write, so that it is written only when asked for. */
  readonly text: string | (() => string);
  /** The accessible name: `Copy audit id`. */
  readonly label: string;
  /** Shown beside the icon; without it the button is a square. */
  readonly caption?: string;
  readonly look?: 'quiet' | 'plain' | 'primary';
}

export function CopyButton({ text, label, caption, look = 'quiet' }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      look={look}
      square={caption === undefined}
      aria-label={label}
      title={label}
      onClick={async () => setCopied(await copyText(typeof text === 'string' ? text : text()))}
    >
      <Icon name={copied ? 'check' : 'copy'} className={copied ? 'text-ok' : ''} />
      {caption !== undefined && (copied ? 'Copied' : caption)}
      <span className="sr-only" aria-live="polite">
        {copied ? 'copied' : ''}
      </span>
    </Button>
  );
}
