'use client';
import Link from 'next/link';
import { useEffect, useState } from 'react';
import { toast } from 'sonner';
import { Spinner } from '../../ui/button';
import { Icon } from '../../ui/icons';
import { notify, ToastCard } from '../../ui/toast';
import { progress, publicationText } from './publication';
import { type EnvironmentState, useEnvironments } from './use-environments';

/** Longer than this and the toast says where to look instead of spinning on. */
const PATIENCE_MS = 15_000;
const LINGER_MS = 8_000;

export interface Change {
  orgId: string;
  orgSlug: string;
  /** "Rule saved". */
  title: string;
  /** Policy version of each environment that the change concerns, before it. */
  before: ReadonlyMap<string, number>;
}

/** Shows how a saved change reaches the agents, until they all enforce it. */
export function announcePublication(change: Change): void {
  if (change.before.size === 0) {
    notify(change.title);
    return;
  }
  toast.custom(
    (id) => (
      <PublicationToast change={change} onDone={() => setTimeout(() => toast.dismiss(id), LINGER_MS)} />
    ),
    {
      duration: Number.POSITIVE_INFINITY,
    },
  );
}

function PublicationToast({ change, onDone }: { change: Change; onDone: () => void }) {
  const [since] = useState(() => Date.now());
  const [late, setLate] = useState(false);
  const [done, setDone] = useState(false);
  const { data = [] } = useEnvironments(change.orgId, !done && !late);
  const watched = data.filter((each) => change.before.has(each.id));
  const enforced =
    watched.length > 0 && watched.every((each) => progress(each, change.before.get(each.id) ?? 0) === 'done');
  useEffect(() => {
    if (enforced) setDone(true);
  }, [enforced]);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  const over = done || late;
  useEffect(() => {
    if (over) onDone();
  }, [over, onDone]);

  return (
    <ToastCard
      testId="publication-toast"
      icon={
        done ? (
          <Icon name="check" className="text-good size-4" />
        ) : late ? (
          <Icon name="clock" className="text-warn size-4" />
        ) : (
          <Spinner />
        )
      }
    >
      <p className="font-medium">{change.title}</p>
      {watched.map((each) => (
        <EnvironmentLine
          key={each.id}
          environment={each}
          before={change.before.get(each.id) ?? 0}
          since={since}
        />
      ))}
      {late && !done ? (
        <p className="text-ink-2 mt-1 text-xs">
          Saved, but not every agent enforces it yet. One that is away keeps to the policy that it last got:{' '}
          <Link href={`/${change.orgSlug}/agents`} className="text-accent underline">
            see agents
          </Link>
          .
        </p>
      ) : null}
    </ToastCard>
  );
}

function EnvironmentLine({
  environment,
  before,
  since,
}: {
  environment: EnvironmentState;
  before: number;
  since: number;
}) {
  const state = progress(environment, before);
  const text =
    state === 'publishing'
      ? `publishing to ${environment.name}…`
      : `${environment.name}: ${publicationText(environment, since)}`;
  return <p className="text-ink-2 mt-0.5 text-xs">{text}</p>;
}
