/** An agent's text as a sentence: a capital at the front, a stop at the end, and what stands in backticks as code. */
export function Prose({ text }: { text: string }) {
  const parts = text.split('`');
  // An odd number of backticks is not markup.
  if (parts.length % 2 === 0) return <>{withStop(capital(text))}</>;
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text never move
          <code key={index} className="rounded bg-sunken px-1 font-mono text-[0.92em]">
            {part}
          </code>
        ) : (
          edge(part, index === 0, index === parts.length - 1)
        ),
      )}
    </>
  );
}

function edge(part: string, isFirst: boolean, isLast: boolean): string {
  const begun = isFirst ? capital(part) : part;
  return isLast ? withStop(begun) : begun;
}

/** The agent's texts begin in lower case. */
export function capital(text: string): string {
  return text === '' ? '' : `${text[0]?.toUpperCase()}${text.slice(1)}`;
}

function withStop(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
