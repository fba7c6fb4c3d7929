'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { RuleChangeInput, RulesQuery } from '../../gql/graphql';
import { collect, PAGE_SIZE, request } from '../../graphql/client';
import { previewRuleChangeDocument, ruleDocument, rulesDocument } from './rules.queries';

export type Rule = RulesQuery['rules']['edges'][number]['node'];

export interface RuleFilter {
  connection: string | null;
  member: string | null;
}

export const rulesKey = (orgId: string) => ['rules', orgId] as const;

export function useRules(orgId: string, { connection, member }: RuleFilter) {
  return useQuery({
    queryKey: [...rulesKey(orgId), connection, member],
    queryFn: () =>
      collect<Rule>(
        async (after) =>
          (await request(rulesDocument, { orgId, first: PAGE_SIZE, after, connection, member })).rules,
      ),
    placeholderData: keepPreviousData,
  });
}

export function useRule(orgId: string, id: string | null) {
  return useQuery({
    queryKey: [...rulesKey(orgId), 'one', id],
    queryFn: async () => (await request(ruleDocument, { orgId, id: id ?? '' })).rule,
    enabled: id !== null,
  });
}

/** Who would gain or lose what; asked again whenever the form says something else. */
export function useRulePreview(orgId: string, change: RuleChangeInput | null) {
  return useQuery({
    queryKey: ['preview', orgId, change],
    queryFn: async () =>
      (await request(previewRuleChangeDocument, { orgId, change: change ?? {} })).previewRuleChange,
    enabled: change !== null,
    // Always asked anew: what others saved meanwhile counts. The last answer stays until the next is there.
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  });
}
