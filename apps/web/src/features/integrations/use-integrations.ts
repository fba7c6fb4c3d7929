'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { IntegrationDeliveriesQuery, IntegrationInput, IntegrationsQuery } from '../../gql/graphql';
import { request } from '../../graphql/client';
import { useOrg } from '../shell/org-context';
import {
  createIntegrationDocument,
  deliveriesDocument,
  integrationsDocument,
  updateIntegrationDocument,
} from './integrations.queries';

export type Integration = IntegrationsQuery['integrations'][number];
export type Delivery = IntegrationDeliveriesQuery['integrationDeliveries'][number];

export const KINDS: Readonly<Record<string, string>> = {
  webhook: 'Webhook',
  https: 'SIEM over HTTPS',
  syslog: 'SIEM over syslog',
};

/** What people choose from; the api takes finer patterns too. */
export const EVENT_CHOICES: readonly { patterns: readonly string[]; label: string }[] = [
  { patterns: ['*'], label: 'Everything' },
  { patterns: ['statement.*'], label: 'Statements and how they ended' },
  { patterns: ['rule.*', 'policy.*'], label: 'Rules and policy' },
  { patterns: ['member.*', 'group.*'], label: 'People and groups' },
  { patterns: ['connection.*', 'environment.*'], label: 'Connections and environments' },
  { patterns: ['agent.*', 'enrolment_token.*'], label: 'Agents' },
  { patterns: ['user.*', 'console.*', 'wire.*', 'database_password.*'], label: 'Sign-ins and sessions' },
  { patterns: ['access.refused', 'audit.*'], label: 'Refused requests, audit trail' },
  { patterns: ['access_review.*'], label: 'Access reviews and their reminders' },
  { patterns: ['report.ready'], label: 'Reports that are ready' },
];

const key = (orgId: string) => ['integrations', orgId] as const;

export function useIntegrations() {
  const { orgId, canManage } = useOrg();
  return useQuery({
    queryKey: key(orgId),
    enabled: canManage,
    queryFn: async () => (await request(integrationsDocument, { orgId })).integrations,
    refetchInterval: 5_000,
  });
}

export function useDeliveries(id: string, dead: boolean) {
  const { orgId } = useOrg();
  return useQuery({
    queryKey: [...key(orgId), id, dead],
    queryFn: async () =>
      (await request(deliveriesDocument, { orgId, id, dead: dead || null })).integrationDeliveries,
    refetchInterval: 5_000,
  });
}

export function useRefresh() {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: key(orgId) });
}

/** Creates one, or changes the one given. Answers with the secret of a new webhook. */
export function useSaveIntegration(existing: Integration | null) {
  const { orgId } = useOrg();
  const refresh = useRefresh();
  return useMutation({
    gcTime: 0,
    mutationFn: async (integration: IntegrationInput) => {
      if (!existing)
        return (await request(createIntegrationDocument, { orgId, integration })).createIntegration;
      await request(updateIntegrationDocument, { orgId, id: existing.id, integration });
      return { secret: null, integration: { id: existing.id, name: integration.name } };
    },
    onSuccess: refresh,
  });
}
