import type { ObjectDetails } from '@postern/agent/console-catalog';
import { useState } from 'react';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy';
import { Icon } from '../ui/icon';
import { type Argument, callSql, type Parameter, problemOf } from './call-sql';

interface ArgumentFieldProps {
  readonly parameter: Parameter;
  readonly index: number;
  readonly argument: Argument;
  readonly onChange: (argument: Argument) => void;
}

const FIELD =
  'w-full rounded-md border border-line-strong bg-surface px-2 py-1 font-mono text-[12px] disabled:opacity-50';

function ArgumentField({ parameter, index, argument, onChange }: ArgumentFieldProps) {
  const id = `argument-${index}`;
  const name = parameter.name === '' ? `argument ${index + 1}` : parameter.name;
  const isTyped = typeof argument === 'object';
  const text = isTyped ? argument.text : '';
  const problem = problemOf(parameter, argument);
  const choices: readonly (readonly [string, Argument])[] = [
    ['value', { text }],
    ['NULL', 'null'],
    ...(parameter.hasDefault ? ([['default', 'default']] as const) : []),
  ];
  return (
    <div className="grid grid-cols-[12rem_minmax(0,1fr)_auto] items-start gap-3">
      <label htmlFor={id} className="pt-1">
        <span className="block truncate font-mono text-[12px]">{name}</span>
        <span className="block truncate text-[11px] text-muted">{parameter.type}</span>
      </label>
      <div>
        {parameter.type === 'boolean' ? (
          <select
            id={id}
            disabled={!isTyped}
            value={text}
            onChange={(event) => onChange({ text: event.target.value })}
            className={FIELD}
          >
            <option value="true">true</option>
            <option value="false">false</option>
          </select>
        ) : (
          <textarea
            id={id}
            rows={/^(jsonb?|text|xml)$/.test(parameter.type) ? 3 : 1}
            disabled={!isTyped}
            value={text}
            aria-invalid={problem !== undefined && text !== ''}
            {...(problem === undefined ? {} : { 'aria-describedby': `${id}-problem` })}
            onChange={(event) => onChange({ text: event.target.value })}
            className={FIELD}
          />
        )}
        {problem !== undefined && (
          <p id={`${id}-problem`} className={`text-[11px] ${text === '' ? 'text-muted' : 'text-danger'}`}>
            Takes {problem}
          </p>
        )}
      </div>
      <select
        aria-label={`What to give for ${name}`}
        value={isTyped ? 'value' : argument === 'null' ? 'NULL' : 'default'}
        onChange={(event) => onChange(choices.find(([label]) => label === event.target.value)?.[1] ?? 'null')}
        className="h-7 rounded-md border border-line-strong bg-surface px-1"
      >
        {choices.map(([label]) => (
          <option key={label}>{label}</option>
        ))}
      </select>
    </div>
  );
}

interface CallFormProps {
  readonly details: ObjectDetails;
  readonly routine: NonNullable<ObjectDetails['routine']>;
  readonly onOpen: (title: string, sql: string, run?: boolean) => void;
}

const begin = ({ hasDefault, type }: Parameter): Argument =>
  hasDefault ? 'default' : { text: type === 'boolean' ? 'true' : '' };

/** A function or procedure with its arguments: written as SQL in sight, run in a tab as any other statement. */
export function CallForm({ details, routine, onOpen }: CallFormProps) {
  const [args, setArgs] = useState<readonly Argument[]>(() => routine.parameters.map(begin));
  const sql = callSql(details, routine, args);
  const isReady = routine.parameters.every(
    (parameter, index) => problemOf(parameter, args[index] ?? 'default') === undefined,
  );
  return (
    <form
      aria-label={`Call ${details.name}`}
      className="flex max-w-3xl flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) onOpen(`call ${details.name}`, sql, true);
      }}
    >
      {routine.parameters.length === 0 && <p className="text-muted">It takes no arguments.</p>}
      {routine.parameters.map((parameter, index) => (
        <ArgumentField
          // biome-ignore lint/suspicious/noArrayIndexKey: arguments go by their place
          key={index}
          parameter={parameter}
          index={index}
          argument={args[index] ?? 'default'}
          onChange={(argument) => setArgs(args.map((other, at) => (at === index ? argument : other)))}
        />
      ))}
      <pre className="overflow-auto whitespace-pre-wrap rounded-md border border-line bg-sunken p-3 font-mono text-[12px]">
        {sql}
      </pre>
      <div className="flex items-center gap-2">
        <Button type="submit" look="primary" disabled={!isReady}>
          <Icon name="play" className="!size-3" />
          Call in a tab
        </Button>
        <CopyButton look="plain" label="Copy the statement" caption="Copy" text={sql} />
        <span className="text-muted">
          {details.kind === 'procedure'
            ? 'A procedure may commit on its own.'
            : 'It runs with what you may do, and is recorded.'}
        </span>
      </div>
    </form>
  );
}
