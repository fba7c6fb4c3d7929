'use client';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { CodeBlock } from '../../ui/copy';
import { cx } from '../../ui/cx';
import { count } from '../../ui/format';
import { Note } from '../../ui/states';
import { Changes } from './changes';
import type { PlanContent } from './use-roles';

/** Who gains, who loses, what runs; what stands in the way first. */
export function PlanContentView({ content }: { content: PlanContent }) {
  const [view, setView] = useState<'changes' | 'sql'>('changes');
  const { obstacles, undeclared, stuck, changes, kinds } = content;
  return (
    <div className="flex flex-col gap-4">
      {obstacles.map(({ message, fix }) => (
        <Note key={message} tone="bad" title={message}>
          {fix}
        </Note>
      ))}
      {changes.length === 0 ? (
        <Note tone="good" title="Nothing to change">
          The database is as the manifest says.
        </Note>
      ) : (
        <>
          <div className="grid gap-3 sm:grid-cols-2">
            <Roles title="Gain rights" roles={content.gains} tone="good" none="No role gains anything." />
            <Roles title="Lose rights" roles={content.loses} tone="bad" none="No role loses anything." />
          </div>
          <ul className="flex flex-wrap gap-2 text-xs">
            {kinds.map(({ kind, text, destructive }) => (
              <li
                key={kind}
                className={cx(
                  'rounded-full border px-2.5 py-1',
                  destructive ? 'border-bad/30 bg-bad-soft text-bad' : 'border-line bg-surface text-ink-2',
                )}
              >
                {text}
              </li>
            ))}
          </ul>
          <fieldset className="flex gap-1">
            <legend className="sr-only">How changes are shown</legend>
            {(['changes', 'sql'] as const).map((each) => (
              <Button
                key={each}
                look={view === each ? 'secondary' : 'ghost'}
                aria-pressed={view === each}
                onClick={() => setView(each)}
              >
                {each === 'sql' ? 'SQL' : 'Changes'}
              </Button>
            ))}
          </fieldset>
          {view === 'changes' ? (
            <Changes changes={changes} />
          ) : (
            <CodeBlock
              label="SQL of the plan"
              code={changes
                .flatMap(({ statements }) => statements)
                .map((each) => `${each};`)
                .join('\n')}
            />
          )}
        </>
      )}
      {undeclared.length > 0 ? (
        <Note tone="warn" title="Roles that the manifest does not know">
          <ul>
            {undeclared.map(({ role, count: rights, isRevoked }) => (
              <li key={role}>
                <span className="font-mono text-xs">{role}</span> has {count(rights, 'right')} here;{' '}
                {isRevoked ? 'this plan takes them away' : 'they stay'}
              </li>
            ))}
          </ul>
        </Note>
      ) : null}
      {stuck.length > 0 ? (
        <Note tone="warn" title="Not wanted, and only somebody else can take it away">
          <ul>
            {stuck.map(({ text }) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Note>
      ) : null}
    </div>
  );
}

const SHOWN = 30;

function Roles({
  title,
  roles,
  tone,
  none,
}: {
  title: string;
  roles: readonly string[];
  tone: 'good' | 'bad';
  none: string;
}) {
  return (
    <section aria-label={title} className="border-line bg-surface rounded-lg border p-3">
      <h2 className={cx('text-sm font-medium', tone === 'good' ? 'text-good' : 'text-bad')}>
        {title}
        {roles.length > 0 ? (
          <span className="text-ink-3 ml-2 text-xs">{count(roles.length, 'role')}</span>
        ) : null}
      </h2>
      {roles.length === 0 ? (
        <p className="text-ink-3 mt-1 text-sm">{none}</p>
      ) : (
        <ul className="mt-1.5 flex flex-wrap gap-1.5">
          {roles.slice(0, SHOWN).map((role) => (
            <li key={role} className="bg-hover rounded px-1.5 py-0.5 font-mono text-xs">
              {role}
            </li>
          ))}
          {roles.length > SHOWN ? (
            <li className="text-ink-3 text-xs leading-6">and {roles.length - SHOWN} more</li>
          ) : null}
        </ul>
      )}
    </section>
  );
}
