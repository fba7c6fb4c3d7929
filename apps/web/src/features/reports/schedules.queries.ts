import { graphql } from '../../gql';

export const reportSchedulesDocument = graphql(`
  query ReportSchedules($orgId: ID!) {
    reportSchedules(orgId: $orgId) {
      id name kind title parameters cadence hour weekday day timeZone format enabled nextRunAt createdBy
      recipients { integrationId name enabled lastDelivery { state attempts lastError } }
      lastReport { id status createdAt finishedAt error }
    }
  }
`);

export const createReportScheduleDocument = graphql(`
  mutation CreateReportSchedule($orgId: ID!, $schedule: ReportScheduleInput!) {
    createReportSchedule(orgId: $orgId, schedule: $schedule) { id }
  }
`);

export const updateReportScheduleDocument = graphql(`
  mutation UpdateReportSchedule($orgId: ID!, $id: ID!, $schedule: ReportScheduleInput!) {
    updateReportSchedule(orgId: $orgId, id: $id, schedule: $schedule) { id }
  }
`);

export const deleteReportScheduleDocument = graphql(`
  mutation DeleteReportSchedule($orgId: ID!, $id: ID!) { deleteReportSchedule(orgId: $orgId, id: $id) }
`);

export const runReportScheduleDocument = graphql(`
  mutation RunReportSchedule($orgId: ID!, $id: ID!) { runReportSchedule(orgId: $orgId, id: $id) { id } }
`);
