'use client';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { Field, inputClass } from '../../ui/field';
import { Page, Well } from '../../ui/page';
import { ErrorState, Skeleton } from '../../ui/states';
import { useOrg } from '../shell/org-context';
import { ChainField } from './chain-field';
import { OutsideCheck } from './outside-check';
import { type Range, useChains, useVerify } from './use-verify';
import { VerifyResult } from './verify-result';

const instantOf = (typed: string): string => (typed === '' ? '' : new Date(typed).toISOString());

/** Checks that nobody changed the audit trail, says what came of it and how to check it without Postern. */
export function VerifyPage() {
  const { slug } = useOrg();
  const chains = useChains();
  const { run, start, stop } = useVerify();
  const isRunning = run !== null && run.endedAt === null;
  return (
    <Page
      title="Verify the audit trail"
      lead={
        <>
          Every event carries a hash over the one before it, and the heads of all chains are signed once a
          day. This makes the hashes again and holds them against the signatures: nothing can be changed,
          removed or put in without being found.{' '}
          <Link href={`/${slug}/audit`} className="text-accent underline">
            Back to the trail
          </Link>
        </>
      }
    >
      {chains.error && !chains.data ? (
        <Well>
          <ErrorState error={chains.error} onRetry={() => chains.refetch()} />
        </Well>
      ) : chains.data ? (
        <RangeForm isRunning={isRunning} onStart={(range) => start(range, chains.data)} onStop={stop} />
      ) : (
        <Skeleton className="h-24 w-full" />
      )}
      {run ? <VerifyResult run={run} /> : null}
      <OutsideCheck />
    </Page>
  );
}

interface FormProps {
  isRunning: boolean;
  onStart: (range: Range) => void;
  onStop: () => void;
}

function RangeForm({ isRunning, onStart, onStop }: FormProps) {
  const [chain, setChain] = useState('');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const isBackwards = from !== '' && to !== '' && from >= to;
  return (
    <form
      className="border-line bg-surface flex flex-wrap items-end gap-x-4 gap-y-3 rounded-lg border p-4"
      onSubmit={(event) => {
        event.preventDefault();
        onStart({ chain, from: instantOf(from), to: instantOf(to) });
      }}
    >
      <ChainField value={chain} onChange={setChain} />
      <When label="From" empty="its beginning" value={from} onChange={setFrom} />
      <When
        label="To"
        empty="its end"
        value={to}
        onChange={setTo}
        error={isBackwards ? 'must be after From' : undefined}
      />
      {isRunning ? (
        <Button onClick={onStop}>Stop</Button>
      ) : (
        <Button type="submit" look="primary" disabled={isBackwards}>
          Verify
        </Button>
      )}
    </form>
  );
}

interface WhenProps {
  label: string;
  empty: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
}

function When({ label, empty, value, onChange, error }: WhenProps) {
  return (
    <Field label={`${label} (empty: ${empty})`} error={error}>
      {(props) => (
        <input
          {...props}
          type="datetime-local"
          className={inputClass}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
