import type { ObjectDetails } from '@postern/agent/console-catalog';
import { lazy, Suspense, useState } from 'react';
import { api, ConsoleFailure } from '../api/client';
import { queryClient } from '../api/queries';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy';
import { Spinner } from '../ui/icon';
import { Confirm } from '../ui/modal';
import { capital, Prose } from '../ui/prose';

const DiffEditor = lazy(() => import('./diff-editor'));

interface FunctionEditorProps {
  readonly details: ObjectDetails;
  readonly definition: string;
  readonly connection: string;
  readonly tab: string;
  /** What was typed and not applied; empty: nothing. It is kept with the tab. */
  readonly draft: string;
  readonly onDraft: (text: string) => void;
  readonly onDone: (text: string) => void;
}

interface Problem {
  readonly message: string;
  readonly fix?: string | undefined;
}

/** The definition, edited beside what it was, and applied as the one statement that it is: governed and recorded as any other. */
export function FunctionEditor({
  details,
  definition,
  connection,
  tab,
  draft,
  onDraft,
  onDone,
}: FunctionEditorProps) {
  const [text, setShown] = useState(draft === '' ? definition : draft);
  const setText = (next: string) => {
    setShown(next);
    onDraft(next === definition ? '' : next);
  };
  const [isAsking, setAsking] = useState(false);
  const [isApplying, setApplying] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const isChanged = text !== definition;

  const apply = async () => {
    setApplying(true);
    setProblem(undefined);
    try {
      const { error } = await api.run({ connection, tab, sql: text });
      if (error !== null) return setProblem(error);
      onDraft('');
      onDone(`Applied ${details.name}`);
      await queryClient.invalidateQueries({ queryKey: ['catalog', connection] });
    } catch (error) {
      setProblem(error instanceof ConsoleFailure ? error.detail : { message: 'something went wrong' });
    } finally {
      setApplying(false);
    }
  };

  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary" disabled={!isChanged || isApplying} onClick={() => setAsking(true)}>
          {isApplying && <Spinner />}
          Apply
        </Button>
        <Button disabled={!isChanged || isApplying} onClick={() => setText(definition)}>
          Discard changes
        </Button>
        <CopyButton look="plain" label="Copy the definition" caption="Copy" text={text} />
        <span role="status" className="text-muted">
          {isChanged
            ? 'Changed: what is new is green, what was is red.'
            : 'As it is in the database. Edit it here.'}
        </span>
      </div>
      {problem !== undefined && (
        <p role="alert" className="rounded-md bg-danger-soft p-2">
          <Prose text={problem.message} /> {problem.fix !== undefined && <Prose text={problem.fix} />}
        </p>
      )}
      <div className="min-h-0 flex-1 overflow-hidden rounded-md border border-line">
        <Suspense fallback={<p className="p-3 text-muted">Loading the editor</p>}>
          <DiffEditor
            original={definition}
            text={text}
            label={`Definition of ${details.name}`}
            onText={setText}
          />
        </Suspense>
      </div>
      {isAsking && (
        <Confirm
          title={`Apply ${capital(details.name)}?`}
          text="The definition is replaced at once, for everybody who calls it."
          action="Apply"
          onConfirm={() => void apply()}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
