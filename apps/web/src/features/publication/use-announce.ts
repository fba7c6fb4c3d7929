'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { request } from '../../graphql/client';
import { useOrg } from '../shell/org-context';
import { environmentsDocument } from './environments.queries';
import { announcePublication } from './publication-toast';
import { environmentsKey } from './use-environments';

/** Policy versions just before a change, for the environments named (all with a connection when none are). */
export function useAnnounce() {
  const { orgId, slug } = useOrg();
  const queries = useQueryClient();
  const versions = useCallback(
    async (environmentIds?: readonly string[]): Promise<ReadonlyMap<string, number>> => {
      const { environments } = await request(environmentsDocument, { orgId });
      const concerned = environments.filter((each) =>
        environmentIds ? environmentIds.includes(each.id) : each.connectionCount > 0,
      );
      return new Map(concerned.map((each) => [each.id, each.policyVersion]));
    },
    [orgId],
  );
  const announce = useCallback(
    (title: string, before: ReadonlyMap<string, number>) => {
      queries.invalidateQueries({ queryKey: environmentsKey(orgId) });
      announcePublication({ orgId, orgSlug: slug, title, before });
    },
    [queries, orgId, slug],
  );
  return { versions, announce };
}
