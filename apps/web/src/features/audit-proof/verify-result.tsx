'use client';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { Button } from '../../ui/button';
import { type Column, DataTable } from '../../ui/data-table';
import { count } from '../../ui/format';
import { FormError, Note } from '../../ui/states';
import { Status } from '../../ui/status-dot';
import { useRequestReport } from '../reports/use-reports';
import { useOrg } from '../shell/org-context';
import { type ChainResult, chainName, type Range, type Run } from './use-verify';
import { meaningOf, progressOf, totalsOf, type Verdict, verdictOf } from './verdict';

const numbers = new Intl.NumberFormat('en');

const columns: Column<ChainResult>[] = [
  {
    key: 'chain',
    header: 'Chain',
    cell: ({ chain }) => <span className="font-medium">{chainName(chain)}</span>,
  },
  { key: 'state', header: 'Result', cell: (result) => <ChainState result={result} /> },
  {
    key: 'events',
    header: 'Events checked',
    className: 'tabular-nums',
    cell: ({ checked }) => numbers.format(checked),
  },
  {
    key: 'anchors',
    header: 'Signed anchors',
    className: 'tabular-nums',
    cell: ({ anchors }) => numbers.format(anchors),
  },
];

/** What a verification came to, in words, and chain by chain. */
export function VerifyResult({ run }: { run: Run }) {
  const isDone = run.endedAt !== null;
  return (
    <section aria-label="Result" aria-live="polite" className="flex flex-col gap-3">
      {isDone ? (
        <Words run={run} verdict={verdictOf(run)} />
      ) : (
        <div className="flex flex-col gap-1.5 text-sm">
          <span className="text-ink-2">
            Checking: {count(totalsOf(run).events, 'event')} so far, {progressOf(run)} %
          </span>
          <progress
            aria-label="Verification"
            max={100}
            value={progressOf(run)}
            className="[&::-webkit-progress-bar]:bg-hover [&::-webkit-progress-value]:bg-accent-fill h-1.5 w-full overflow-hidden rounded"
          />
        </div>
      )}
      <DataTable label="Chains" columns={columns} rows={run.results} rowId={({ chain }) => chain.id} />
    </section>
  );
}

const TONE = {
  whole: 'good',
  broken: 'bad',
  failed: 'warn',
  stopped: 'warn',
  empty: 'plain',
  running: 'plain',
} as const;

function Words({ run, verdict }: { run: Run; verdict: Verdict }) {
  const evidence = useEvidence(run.range);
  const { chains, events, anchors, broken, failed } = totalsOf(run);
  const checked = `${count(events, 'event')} in ${count(chains, 'chain')}, held against ${count(anchors, 'signed anchor')}`;
  const titles: Record<Verdict, string> = {
    whole: 'Nothing was changed, removed or put in',
    broken: `The trail is not whole: ${broken.length === 1 ? '1 chain' : `${broken.length} chains`}`,
    failed: `${count(failed.length, 'chain')} could not be checked`,
    stopped: 'Stopped before the end',
    empty: 'There is no event in this time',
    running: '',
  };
  return (
    <Note
      tone={TONE[verdict]}
      title={titles[verdict]}
      action={
        <Button busy={evidence.isPending} onClick={evidence.make}>
          Make evidence
        </Button>
      }
    >
      <p>
        {verdict === 'empty' ? 'Choose a wider range.' : `Checked: ${checked}.`}
        {verdict === 'whole' && anchors === 0
          ? ' No signed anchor lies in this range yet: one is made each day.'
          : ''}
      </p>
      {broken.map((result) => (
        <FirstBad key={result.chain.id} result={result} />
      ))}
      {evidence.error ? <FormError error={evidence.error} /> : null}
    </Note>
  );
}

/** The same checked by the server, as a signed report: what a browser says of itself proves nothing to others. */
function useEvidence({ chain, from, to }: Range) {
  const { orgId, slug } = useOrg();
  const router = useRouter();
  const ask = useRequestReport(orgId, (report) => router.push(`/${slug}/reports?report=${report}`));
  const parameters = { chain: chain || null, from: from || null, to: to || null };
  return { ...ask, make: () => ask.mutate({ kind: 'AUDIT_INTEGRITY', parameters }) };
}

/** The first event that is not as it was recorded. */
function FirstBad({ result }: { result: ChainResult }) {
  const { slug } = useOrg();
  const { chain, problem, upToSeq } = result;
  if (!problem) return null;
  return (
    <div className="mt-2">
      <p className="text-ink">
        <span className="font-medium">{chainName(chain)}:</span> {meaningOf(problem)}
      </p>
      <p>
        First: {problem.message}.{' '}
        {upToSeq > 0 ? `The ${count(upToSeq, 'event')} before it are as they were recorded. ` : ''}
        {problem.eventId ? (
          <Link href={`/${slug}/audit?range=all&event=${problem.eventId}`} className="text-accent underline">
            Show the event
          </Link>
        ) : null}
      </p>
    </div>
  );
}

function ChainState({ result }: { result: ChainResult }) {
  const { state, problem, error } = result;
  if (state === 'waiting') return <Status health="off">Waiting</Status>;
  if (state === 'checking')
    return (
      <Status health="off">
        Checking, at event {numbers.format(result.upToSeq)} of {numbers.format(result.toSeq)}
      </Status>
    );
  if (state === 'failed') return <Status health="warn">Could not be checked: {error}</Status>;
  if (state === 'whole') return <Status health="good">{result.checked === 0 ? 'No event' : 'Whole'}</Status>;
  return (
    <Status health="bad" title={problem?.message ?? ''}>
      {problem?.seq ? `Not whole, from event ${numbers.format(problem.seq)}` : 'Not whole'}
    </Status>
  );
}
