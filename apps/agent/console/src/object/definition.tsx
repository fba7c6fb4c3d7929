import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy';

interface DefinitionProps {
  readonly text: string;
  readonly onOpen: () => void;
}

/** The text that makes it. */
export function Definition({ text, onOpen }: DefinitionProps) {
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2">
      <div className="flex items-center gap-2">
        <CopyButton look="plain" label="Copy the definition" caption="Copy" text={text} />
        <Button onClick={onOpen}>Open in a tab</Button>
      </div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by the keyboard
        tabIndex={0}
        className="min-h-0 flex-1 overflow-auto whitespace-pre-wrap rounded-md border border-line bg-sunken p-3 font-mono text-[12px]"
      >
        {text}
      </pre>
    </div>
  );
}
