'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type {
  ConnectionRolesQuery,
  RoleManifestsQuery,
  RolePlanQuery,
  RolePlansQuery,
} from '../../gql/graphql';
import { collect, request } from '../../graphql/client';
import { useOrg } from '../shell/org-context';
import {
  connectionRolesDocument,
  ROLE_PLAN_CHANGED,
  roleManifestsDocument,
  rolePlanDocument,
  rolePlansDocument,
} from './roles.queries';

export type Roles = ConnectionRolesQuery['connectionRoles'];
export type Manifest = RoleManifestsQuery['roleManifests']['edges'][number]['node'];
export type Plan = RolePlanQuery['rolePlan'];
export type PlanContent = NonNullable<Plan['content']>;
export type PlanRow = RolePlansQuery['rolePlans']['edges'][number]['node'];

const rolesKey = (orgId: string) => ['roles', orgId] as const;

export function useRoles(connectionId: string) {
  const { orgId } = useOrg();
  return useQuery({
    queryKey: [...rolesKey(orgId), connectionId],
    queryFn: async () => (await request(connectionRolesDocument, { orgId, connectionId })).connectionRoles,
    refetchInterval: 5_000,
  });
}

export function useManifests(connectionId: string) {
  const { orgId } = useOrg();
  return useQuery({
    queryKey: [...rolesKey(orgId), connectionId, 'manifests'],
    queryFn: () =>
      collect<Manifest>(
        async (after) =>
          (await request(roleManifestsDocument, { orgId, connectionId, first: 20, after })).roleManifests,
      ),
  });
}

/** The newest plans: of a connection, or of all. */
export function usePlans(connectionId?: string) {
  const { orgId } = useOrg();
  return useQuery({
    queryKey: [...rolesKey(orgId), connectionId ?? 'all', 'plans'],
    queryFn: async () => {
      const { rolePlans } = await request(rolePlansDocument, {
        orgId,
        connectionId: connectionId ?? null,
        first: 50,
      });
      return rolePlans.edges.map(({ node }) => node);
    },
    refetchInterval: 5_000,
  });
}

const OVER = new Set(['APPLIED', 'REJECTED', 'SUPERSEDED', 'EXPIRED', 'FAILED', 'STALE']);
export const isOver = (state: string): boolean => OVER.has(state);

/** A plan that moves under one's eyes: told by a subscription, and asked for every few seconds should that be held back. */
export function usePlan(id: string) {
  const { orgId } = useOrg();
  const client = useQueryClient();
  const plan = useQuery({
    queryKey: [...rolesKey(orgId), 'plan', id],
    queryFn: async () => (await request(rolePlanDocument, { orgId, id })).rolePlan,
    refetchInterval: ({ state }) => (state.data && isOver(state.data.state) ? false : 5_000),
  });
  const over = plan.data !== undefined && isOver(plan.data.state);
  useEffect(() => {
    if (over) return;
    const search = new URLSearchParams({
      query: ROLE_PLAN_CHANGED,
      variables: JSON.stringify({ orgId, id }),
    });
    const source = new EventSource(`/graphql/stream?${search}`);
    const key = [...rolesKey(orgId), 'plan', id];
    source.addEventListener('next', ({ data }) => {
      const moved = (JSON.parse(data) as { data?: { rolePlanChanged: Plan } | null }).data?.rolePlanChanged;
      const known = client.getQueryData<Plan>(key);
      if (!moved) return source.close();
      // Progress comes often and is all there is to it; anything else is read whole.
      if (
        known?.state === 'APPLYING' &&
        moved.state === 'APPLYING' &&
        known.cancelAskedAt === moved.cancelAskedAt
      )
        client.setQueryData<Plan>(key, {
          ...known,
          progressDone: moved.progressDone,
          progressTotal: moved.progressTotal,
        });
      else void client.invalidateQueries({ queryKey: key });
    });
    return () => source.close();
  }, [client, orgId, id, over]);
  return plan;
}

/** Does something about roles and reads again what it may have changed. */
export function useRolesMutation<V, R>(
  run: (variables: V, orgId: string) => Promise<R>,
  onSuccess?: (result: R) => void,
) {
  const { orgId } = useOrg();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (variables: V) => run(variables, orgId),
    onSuccess: async (result) => {
      await client.invalidateQueries({ queryKey: rolesKey(orgId) });
      onSuccess?.(result);
    },
  });
}
