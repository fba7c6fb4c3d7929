'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from '../../graphql/client';
import { connectionsKey, useConnections } from '../connections/use-connections';
import { groupsKey } from '../groups/use-groups';
import { useAnnounce } from '../publication/use-announce';
import { useOrg } from '../shell/org-context';
import { type Draft, draftOf, ruleInput, sameAccess } from './draft';
import { createRuleDocument, deleteRuleDocument, updateRuleDocument } from './rules.queries';
import { type Rule, rulesKey } from './use-rules';

const NOTHING: ReadonlyMap<string, number> = new Map();

/** Environments that rules on these connections reach; undefined is all of them. */
function useEnvironmentsOf() {
  const { orgId } = useOrg();
  const connections = useConnections(orgId).data;
  return (slugs: readonly string[]): string[] | undefined => {
    if (slugs.includes('*') || !connections) return undefined;
    return connections.filter((each) => slugs.includes(each.slug)).map((each) => each.environment.id);
  };
}

function useForgetLists() {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  return () => {
    for (const key of [rulesKey(orgId), connectionsKey(orgId), groupsKey(orgId)]) {
      queries.invalidateQueries({ queryKey: key });
    }
  };
}

export function useSaveRule(rule: Rule | null, onSaved: () => void) {
  const { orgId } = useOrg();
  const { versions, announce } = useAnnounce();
  const environmentsOf = useEnvironmentsOf();
  const forget = useForgetLists();
  return useMutation({
    mutationFn: async (draft: Draft) => {
      const input = ruleInput(draft);
      if (!input) throw new Error('an incomplete rule cannot be saved');
      const wordsOnly = rule !== null && sameAccess(draftOf(rule), draft);
      const touched = rule ? [rule.connection, input.connection] : [input.connection];
      const before = wordsOnly ? NOTHING : await versions(environmentsOf(touched));
      if (rule) await request(updateRuleDocument, { orgId, id: rule.id, version: rule.version, rule: input });
      else await request(createRuleDocument, { orgId, rule: input });
      return before;
    },
    onSuccess: (before) => {
      forget();
      announce('Rule saved', before);
      onSaved();
    },
  });
}

export function useDeleteRule(onDeleted: () => void) {
  const { orgId } = useOrg();
  const { versions, announce } = useAnnounce();
  const environmentsOf = useEnvironmentsOf();
  const forget = useForgetLists();
  return useMutation({
    mutationFn: async (rule: Rule) => {
      const before = await versions(environmentsOf([rule.connection]));
      await request(deleteRuleDocument, { orgId, id: rule.id, version: rule.version });
      return before;
    },
    onSuccess: (before) => {
      forget();
      announce('Rule deleted', before);
      onDeleted();
    },
  });
}
