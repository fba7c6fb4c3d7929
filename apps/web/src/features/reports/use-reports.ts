'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  ReportCatalogQuery,
  ReportFormat,
  ReportKind,
  ReportParametersInput,
  ReportsQuery,
} from '../../gql/graphql';
import { request } from '../../graphql/client';
import { saveBlob } from '../../ui/save-file';
import { notify } from '../../ui/toast';
import { readSigned } from './report-document';
import {
  deleteReportDocument,
  downloadReportDocument,
  reportCatalogDocument,
  reportsDocument,
  requestReportDocument,
} from './reports.queries';

export type Report = ReportsQuery['reports']['edges'][number]['node'];
export type CatalogEntry = ReportCatalogQuery['reportCatalog'][number];

export const reportsKey = (orgId: string) => ['reports', orgId] as const;

/** Newest ones that are shown; older ones are found through the api. */
const SHOWN = 100;
/** While one is being made the page asks again this often. */
const WATCH_MS = 1_000;

export const isUnfinished = ({ status }: Pick<Report, 'status'>): boolean =>
  status === 'QUEUED' || status === 'RUNNING';

export function useReports(orgId: string) {
  return useQuery({
    queryKey: reportsKey(orgId),
    queryFn: async () =>
      (await request(reportsDocument, { orgId, first: SHOWN })).reports.edges.map(({ node }) => node),
    refetchInterval: ({ state }) => (state.data?.some(isUnfinished) ? WATCH_MS : false),
  });
}

/** Asks for a report, which is then made in the background. */
export function useRequestReport(orgId: string, onAsked: (id: string) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (asked: { kind: ReportKind; parameters: ReportParametersInput }) =>
      (await request(requestReportDocument, { orgId, ...asked })).requestReport.id,
    onSuccess: async (id) => {
      await queries.invalidateQueries({ queryKey: reportsKey(orgId) });
      onAsked(id);
    },
  });
}

export function useReportCatalog(orgId: string) {
  return useQuery({
    queryKey: ['report-catalog', orgId],
    queryFn: async () => (await request(reportCatalogDocument, { orgId })).reportCatalog,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Saves a file that came as text. */
function save({
  filename,
  mediaType,
  base64,
}: {
  filename: string;
  mediaType: string;
  base64: string;
}): void {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  saveBlob(filename, new Blob([bytes], { type: mediaType }));
}

export function useDownloadReport(orgId: string) {
  return useMutation({
    mutationFn: async (asked: { id: string; format: ReportFormat }) =>
      (await request(downloadReportDocument, { orgId, ...asked })).downloadReport,
    onSuccess: save,
  });
}

/** Reads a report in the page. It is the JSON file, so the audit trail says that it was taken. */
export function useReadReport(orgId: string) {
  return useMutation({
    mutationFn: async (id: string) =>
      readSigned(
        (await request(downloadReportDocument, { orgId, id, format: 'JSON' })).downloadReport.base64,
      ),
  });
}

export function useDeleteReport(orgId: string, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request(deleteReportDocument, { orgId, id }),
    onSuccess: async () => {
      onDone();
      notify('Report deleted');
      await queries.invalidateQueries({ queryKey: reportsKey(orgId) });
    },
  });
}
