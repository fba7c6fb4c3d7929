'use client';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { AuditChainsQuery, VerifyAuditQuery } from '../../gql/graphql';
import { asApiError, sentence } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { useOrg } from '../shell/org-context';
import { auditChainsDocument, verifyAuditDocument } from './proof.queries';

export type Chain = AuditChainsQuery['auditChains'][number];
export type Problem = NonNullable<VerifyAuditQuery['verifyAudit']['problem']>;

/** What of the trail is to be checked. Empty instants: from its beginning, to its end. */
export interface Range {
  chain: string;
  from: string;
  to: string;
}

/** How far one chain is. */
export interface ChainResult {
  chain: Chain;
  checked: number;
  anchors: number;
  upToSeq: number;
  toSeq: number;
  state: 'waiting' | 'checking' | 'whole' | 'broken' | 'failed';
  problem: Problem | null;
  /** Why it could not be checked. */
  error: string | null;
}

export interface Run {
  range: Range;
  startedAt: string;
  endedAt: string | null;
  stopped: boolean;
  results: ChainResult[];
}

export const chainName = ({ isAgent, name }: Pick<Chain, 'isAgent' | 'name'>): string =>
  !isAgent ? 'Changes made in Postern' : name || 'An agent that nobody enrolled';

export function useChains() {
  const { orgId } = useOrg();
  return useQuery({
    queryKey: ['audit-chains', orgId],
    queryFn: async () => (await request(auditChainsDocument, { orgId })).auditChains,
  });
}

const untouched = (chain: Chain): ChainResult => ({
  ...{ chain, checked: 0, anchors: 0, upToSeq: 0, toSeq: chain.headSeq },
  ...{ state: 'waiting', problem: null, error: null },
});

/** Checks chain after chain, page by page; a chain with something wrong does not keep the others from being checked. */
export function useVerify() {
  const { orgId } = useOrg();
  const [run, setRun] = useState<Run | null>(null);
  const current = useRef(0);

  const checkChain = async (result: ChainResult, range: Range, put: (to: ChainResult) => boolean) => {
    let now: ChainResult = { ...result, state: 'checking' };
    let cursor: string | null = null;
    const bounds = { from: range.from || null, to: range.to || null };
    try {
      do {
        if (!put(now)) return;
        const asked = { orgId, chain: result.chain.id, ...bounds, cursor };
        const page: VerifyAuditQuery['verifyAudit'] = (await request(verifyAuditDocument, asked)).verifyAudit;
        cursor = page.cursor ?? null;
        now = {
          ...now,
          checked: now.checked + page.checked,
          anchors: now.anchors + page.anchors,
          ...{ upToSeq: page.upToSeq, toSeq: page.toSeq, problem: page.problem ?? null },
        };
      } while (cursor !== null);
      put({ ...now, state: now.problem ? 'broken' : 'whole' });
    } catch (error) {
      const { message, fix } = asApiError(error);
      put({ ...now, state: 'failed', error: `${sentence(message)} ${fix ? sentence(fix) : ''}` });
    }
  };

  const start = async (range: Range, chains: readonly Chain[]) => {
    current.current += 1;
    const mine = current.current;
    const isMine = () => current.current === mine;
    const results = chains.filter(({ id }) => range.chain === '' || id === range.chain).map(untouched);
    const begun = { range, startedAt: new Date().toISOString(), endedAt: null, stopped: false, results };
    setRun(begun);
    for (const [index, result] of results.entries()) {
      if (!isMine()) return;
      await checkChain(result, range, (to) => {
        if (!isMine()) return false;
        results[index] = to;
        setRun({ ...begun, results: [...results] });
        return true;
      });
    }
    if (isMine()) setRun({ ...begun, results: [...results], endedAt: new Date().toISOString() });
  };

  const stop = () => {
    current.current += 1;
    setRun((was) => was && { ...was, stopped: true, endedAt: new Date().toISOString() });
  };
  return { run, start, stop };
}
