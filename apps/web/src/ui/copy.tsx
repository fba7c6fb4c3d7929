'use client';
import { useEffect, useState } from 'react';
import { Button, IconButton } from './button';
import { cx } from './cx';
import { Icon } from './icons';

function useCopy(text: string): [boolean, () => void] {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1600);
    return () => clearTimeout(timer);
  }, [done]);
  return [
    done,
    () => {
      copyText(text).then(setDone);
    },
  ];
}

/** The clipboard API needs a secure context; a self-hosted Postern may be plain HTTP inside a company. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    (document.querySelector('[role="dialog"]') ?? document.body).append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [done, copy] = useCopy(text);
  return (
    <Button onClick={copy}>
      <Icon name={done ? 'check' : 'copy'} className="size-3.5" />
      <span aria-live="polite">{done ? 'Copied' : label}</span>
    </Button>
  );
}

/** Code to take away, with its copy button. `wrap`: one long line, shown whole. */
export function CodeBlock({ code, label, wrap }: { code: string; label: string; wrap?: boolean }) {
  const [done, copy] = useCopy(code);
  return (
    <div className="bg-sunken border-line relative rounded-lg border">
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
        tabIndex={0}
        aria-label={label}
        className="max-h-96 overflow-auto"
      >
        <pre
          className={cx(
            'p-3 pr-11 font-mono text-xs leading-relaxed',
            wrap ? '[overflow-wrap:anywhere] whitespace-pre-wrap' : 'w-max min-w-full',
          )}
        >
          {code}
        </pre>
      </section>
      <IconButton
        label={done ? 'Copied' : `Copy ${label.toLowerCase()}`}
        onClick={copy}
        className="bg-sunken absolute top-1.5 right-1.5"
      >
        <Icon name={done ? 'check' : 'copy'} className="size-3.5" />
      </IconButton>
    </div>
  );
}
