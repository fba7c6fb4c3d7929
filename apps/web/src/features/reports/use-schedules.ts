'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReportScheduleInput, ReportSchedulesQuery } from '../../gql/graphql';
import { request } from '../../graphql/client';
import { notify } from '../../ui/toast';
import { useOrg } from '../shell/org-context';
import {
  createReportScheduleDocument,
  deleteReportScheduleDocument,
  reportSchedulesDocument,
  runReportScheduleDocument,
  updateReportScheduleDocument,
} from './schedules.queries';
import { reportsKey } from './use-reports';

export type Schedule = ReportSchedulesQuery['reportSchedules'][number];

const schedulesKey = (orgId: string) => ['report-schedules', orgId] as const;
const AGAIN_MS = 15_000;

export function useSchedules() {
  const { orgId } = useOrg();
  return useQuery({
    queryKey: schedulesKey(orgId),
    queryFn: async () => (await request(reportSchedulesDocument, { orgId })).reportSchedules,
    refetchInterval: AGAIN_MS,
  });
}

/** Creates one, or changes the one with the id. */
export function useSaveSchedule() {
  const { orgId } = useOrg();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, schedule }: { id: string | null; schedule: ReportScheduleInput }) => {
      if (id === null) await request(createReportScheduleDocument, { orgId, schedule });
      else await request(updateReportScheduleDocument, { orgId, id, schedule });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: schedulesKey(orgId) }),
  });
}

export function useDeleteSchedule() {
  const { orgId } = useOrg();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request(deleteReportScheduleDocument, { orgId, id }),
    onSuccess: async () => {
      notify('Schedule deleted');
      await client.invalidateQueries({ queryKey: schedulesKey(orgId) });
    },
  });
}

export function useRunSchedule(onAsked: (reportId: string) => void) {
  const { orgId } = useOrg();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) =>
      (await request(runReportScheduleDocument, { orgId, id })).runReportSchedule,
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: reportsKey(orgId) });
      onAsked(id);
    },
  });
}

/** What a change of one thing sends: the api takes the whole. */
export function inputOf(schedule: Schedule): ReportScheduleInput {
  const { name, kind, parameters, cadence, hour, weekday, day, timeZone, format, enabled, recipients } =
    schedule;
  return {
    ...{ name, kind, cadence, hour, weekday, day, timeZone, format, enabled },
    parameters: parameters as ReportScheduleInput['parameters'],
    recipients: recipients.map(({ integrationId }) => integrationId),
  };
}
