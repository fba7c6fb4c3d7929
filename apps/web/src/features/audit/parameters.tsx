import { bytes, count } from '../../ui/format';
import type { AuditDetail } from './use-audit';

type Statement = NonNullable<AuditDetail['statement']>;
type Value = NonNullable<Statement['parameterValues']>[number];

/** Types are always there; values where the agent is set to keep them. Both of the first hundred. */
export function Parameters({ statement }: { statement: Statement }) {
  const { parameters, parameterTypes, parameterValues } = statement;
  if (!parameters) return null;
  const shown = Array.from({ length: Math.max(parameterTypes?.length ?? 0, parameterValues?.length ?? 0) });
  if (shown.length === 0)
    return <p className="text-ink-3 text-xs">{count(parameters, 'parameter')}; their types are not kept.</p>;
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="font-medium">{count(parameters, 'parameter')}</h3>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
        tabIndex={0}
        aria-label="Parameters"
        className="border-line max-h-72 overflow-auto rounded-lg border"
      >
        <table className="w-full text-left text-xs">
          <thead className="text-ink-3 bg-sunken sticky top-0">
            <tr>
              <th className="px-3 py-1.5 font-normal">#</th>
              <th className="px-3 py-1.5 font-normal">Type</th>
              <th className="w-full px-3 py-1.5 font-normal">Value</th>
            </tr>
          </thead>
          <tbody className="font-mono">
            {shown.map((_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: its number is what it is
              <tr key={index} className="border-line border-t align-top">
                <td className="text-ink-3 px-3 py-1.5">${index + 1}</td>
                <td className="px-3 py-1.5 whitespace-nowrap">{parameterTypes?.[index] ?? 'unknown'}</td>
                <td className="px-3 py-1.5">
                  <BoundValue value={parameterValues?.[index]} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {parameters > shown.length ? (
        <p className="text-ink-3 text-xs">
          {count(parameters - shown.length, 'more parameter')} went with it; the trail keeps the first{' '}
          {shown.length}.
        </p>
      ) : null}
      {parameterValues ? null : (
        <p className="text-ink-3 text-xs">
          Values are kept only where the agent’s configuration says so, with <code>bound_values</code>.
        </p>
      )}
    </section>
  );
}

function BoundValue({ value }: { value: Value | undefined }) {
  if (!value) return <span className="text-ink-3 font-sans">not kept</span>;
  if (value.text === null) return <span className="text-ink-3 font-sans">NULL</span>;
  if (value.text === '***') return <span className="text-ink-3 font-sans">secret, never kept</span>;
  if (value.text === '') return <span className="text-ink-3 font-sans">empty text</span>;
  return (
    <>
      <span className="break-all whitespace-pre-wrap">{value.text}</span>
      {value.sha256 ? (
        <span className="text-ink-3 block font-sans" title={value.sha256}>
          … its beginning; {bytes(value.bytes ?? 0)} in all, sha256 {value.sha256.slice(0, 12)}…
        </span>
      ) : null}
    </>
  );
}
