import type { CatalogEntry } from './use-reports';

/** Which requirements a report gives evidence for, framework by framework. */
export function Controls({ controls }: Pick<CatalogEntry, 'controls'>) {
  const frameworks = [...new Set(controls.map(({ framework }) => framework))];
  return (
    <details className="text-xs">
      <summary className="text-ink-2 cursor-pointer">Evidence for {controls.length} controls</summary>
      <dl className="mt-2 flex flex-col gap-2">
        {frameworks.map((framework) => (
          <div key={framework}>
            <dt className="font-medium">{framework}</dt>
            {controls
              .filter((control) => control.framework === framework)
              .map(({ clause, title }) => (
                <dd key={clause} className="text-ink-2">
                  <span className="font-mono">{clause}</span> {title}
                </dd>
              ))}
          </div>
        ))}
      </dl>
    </details>
  );
}
