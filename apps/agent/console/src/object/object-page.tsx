import type { ObjectDetails } from '@postern/agent/console-catalog';
import { useQuery } from '@tanstack/react-query';
import { Tabs } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { objectQuery } from '../api/catalog';
import { ConsoleFailure } from '../api/client';
import type { Connection } from '../connections/connection-switcher';
import { CallForm } from '../functions/call-form';
import { FunctionEditor } from '../functions/function-editor';
import { count } from '../results/format';
import type { TabView } from '../tabs/view';
import { hasRows, isRoutine, KIND_NAME } from '../tree/kinds';
import { actionsFor, nameOf, type ObjectCommands } from '../tree/object-actions';
import { KindMark } from '../tree/tree-line';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy';
import { Icon, Spinner } from '../ui/icon';
import { Notice } from '../ui/notice';
import { capital, Prose } from '../ui/prose';
import { DataPreview } from './data-preview';
import { Definition } from './definition';
import { Relations } from './relations';
import { Access, Columns, Constraints, Indexes, Limited, Policies, Triggers } from './sections';
import { bytes } from './table';

interface ObjectPageProps {
  readonly view: Extract<TabView, { type: 'object' }>;
  readonly tab: string;
  readonly connection: Connection;
  readonly commands: ObjectCommands;
  readonly link: string;
  /** What was typed here and is not in the database yet. */
  readonly draft: string;
  readonly onDraft: (text: string) => void;
}

interface Section {
  readonly id: string;
  readonly name: string;
  readonly count?: number;
  readonly content: ReactNode;
}

function sectionsOf(details: ObjectDetails, props: ObjectPageProps): Section[] {
  const { connection, commands, tab } = props;
  const may = (permission: Connection['permissions'][number]) => connection.permissions.includes(permission);
  const { kind, name, definition } = details;
  const list = (id: string, title: string, rows: readonly unknown[], content: ReactNode): Section[] =>
    rows.length === 0 ? [] : [{ id, name: title, count: rows.length, content }];
  const sections: Section[] = list('columns', 'Columns', details.columns, <Columns details={details} />);
  if (hasRows(kind) && may('read'))
    sections.push({
      id: 'data',
      name: 'Data',
      content: (
        <DataPreview
          {...{ details, tab, connection: connection.slug }}
          onOpenQuery={(sql, parameters) => commands.openSql(details.name, sql, true, parameters)}
        />
      ),
    });
  sections.push(
    ...list('indexes', 'Indexes', details.indexes, <Indexes details={details} />),
    ...list('constraints', 'Constraints', details.constraints, <Constraints details={details} />),
    ...list('triggers', 'Triggers', details.triggers, <Triggers details={details} />),
  );
  if (details.policies.length > 0 || details.rowSecurity?.isEnabled === true)
    sections.push({
      id: 'policies',
      name: 'Policies',
      count: details.policies.length,
      content: <Policies details={details} />,
    });
  if (definition !== undefined)
    sections.push({
      id: 'definition',
      name: 'Definition',
      content:
        isRoutine(kind) && may('ddl') ? (
          <FunctionEditor
            {...{ details, definition, tab, connection: connection.slug }}
            draft={props.draft}
            onDraft={props.onDraft}
            onDone={commands.say}
          />
        ) : (
          <Definition text={definition} onOpen={() => commands.openSql(`${name} definition`, definition)} />
        ),
    });
  if (isRoutine(kind) && may('execute') && details.routine !== undefined)
    sections.push({
      id: 'call',
      name: 'Call',
      content: <CallForm details={details} routine={details.routine} onOpen={commands.openSql} />,
    });
  if (!details.isLimited) {
    sections.push({
      id: 'relations',
      name: 'Relations',
      content: <Relations details={details} onOpen={commands.openObject} />,
    });
    sections.push({
      id: 'access',
      name: 'Access',
      content: <Access details={details} isAdmin={may('admin')} />,
    });
  }
  return sections;
}

function Facts({ details }: { details: ObjectDetails }) {
  const { rows, sizes, use, routine, owner } = details;
  const facts: (readonly [string, string])[] = [['Owner', owner]];
  if (rows !== null) facts.push(['Rows, estimated', count(rows)]);
  if (sizes !== undefined) {
    facts.push(['Size', bytes(sizes.totalBytes)]);
    if (sizes.indexBytes > 0) facts.push(['of it indexes', bytes(sizes.indexBytes)]);
  }
  if (use !== undefined) {
    facts.push(['Scans', `${count(use.seqScans ?? 0)} whole, ${count(use.indexScans ?? 0)} by index`]);
    if (use.deadRows > 0) facts.push(['Dead rows', count(use.deadRows)]);
    if (use.analyzedAt !== null) facts.push(['Analyzed', use.analyzedAt.slice(0, 16)]);
  }
  if (routine !== undefined) {
    facts.push(['Language', routine.language], ['Volatility', routine.volatility]);
    if (routine.result !== null) facts.push(['Returns', routine.result]);
    if (routine.isSecurityDefiner) facts.push(['Runs as', 'its owner (security definer)']);
  }
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-1">
      {facts.map(([name, value]) => (
        <div key={name} className="flex gap-1.5">
          <dt className="text-muted">{name}</dt>
          <dd className="tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const TRIGGER =
  'inline-flex h-8 shrink-0 items-center gap-1.5 border-transparent border-b-2 px-2.5 text-muted hover:text-text data-[state=active]:border-accent data-[state=active]:text-text -outline-offset-2';

function Loaded({ details, props }: { details: ObjectDetails; props: ObjectPageProps }) {
  const { connection, commands, link } = props;
  const sections = sectionsOf(details, props);
  const [chosen, setChosen] = useState<string>();
  const shown = sections.some(({ id }) => id === chosen) ? chosen : sections[0]?.id;
  const quick = actionsFor(details, connection, commands).filter(({ name }) =>
    /^(Select|INSERT|UPDATE|DELETE)/.test(name),
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <header className="flex shrink-0 flex-col gap-2 border-line border-b bg-surface px-4 py-3">
        <div className="flex flex-wrap items-center gap-2">
          <KindMark kind={details.kind} />
          <h2 className="font-semibold text-[15px]">
            <span className="font-normal text-muted">{details.schema}.</span>
            {details.name}
          </h2>
          <span className="text-muted">{KIND_NAME[details.kind]}</span>
          <CopyButton look="quiet" label="Copy the name" text={nameOf(details)} />
          <CopyButton look="quiet" label="Copy a link to this page" caption="Link" text={link} />
          <span className="ml-auto" />
          {quick.map(({ name, run }) => (
            <Button key={name} onClick={run}>
              {name}
            </Button>
          ))}
        </div>
        {details.comment !== null && <p>{details.comment}</p>}
        {!details.isLimited && <Facts details={details} />}
      </header>
      <Tabs.Root
        {...(shown === undefined ? {} : { value: shown })}
        onValueChange={setChosen}
        className="flex min-h-0 flex-1 flex-col"
      >
        <Tabs.List
          aria-label={`About ${details.name}`}
          className="flex shrink-0 overflow-x-auto border-line border-b bg-bg px-2"
        >
          {sections.map(({ id, name, count: amount }) => (
            <Tabs.Trigger key={id} value={id} className={TRIGGER}>
              {name}
              {amount !== undefined && <span className="text-faint tabular-nums">{amount}</span>}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {sections.map(({ id, content }) => (
          <Tabs.Content
            key={id}
            value={id}
            className="flex min-h-0 flex-1 flex-col overflow-auto p-4 outline-none"
          >
            {content}
            {details.isLimited && <Limited />}
          </Tabs.Content>
        ))}
        {sections.length === 0 && <Limited />}
      </Tabs.Root>
    </div>
  );
}

/** One object, with everything that this person may know about it. */
export function ObjectPage(props: ObjectPageProps) {
  const { view, connection } = props;
  const { data, error, refetch, isFetching } = useQuery(objectQuery(connection.slug, view));
  if (data !== undefined) return <Loaded key={`${data.kind}${data.oid}`} details={data} props={props} />;
  if (error === null) {
    return (
      <p role="status" className="flex flex-1 items-center justify-center gap-2 text-muted">
        <Spinner /> Reading {view.name}
      </p>
    );
  }
  const detail = error instanceof ConsoleFailure ? error.detail : undefined;
  return (
    <Notice icon="alert" title={capital(detail?.message ?? 'something went wrong')} role="alert">
      {detail?.fix !== undefined && (
        <p className="text-muted">
          <Prose text={detail.fix} />
        </p>
      )}
      <Button disabled={isFetching} onClick={() => void refetch()}>
        <Icon name="refresh" />
        Try again
      </Button>
    </Notice>
  );
}
