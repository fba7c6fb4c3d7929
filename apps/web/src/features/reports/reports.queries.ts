import { graphql } from '../../gql';

export const reportCatalogDocument = graphql(`
  query ReportCatalog($orgId: ID!) {
    reportCatalog(orgId: $orgId) { kind title purpose parameters controls { framework clause title } }
  }
`);

export const reportsDocument = graphql(`
  query Reports($orgId: ID!, $first: Int, $after: String) {
    reports(orgId: $orgId, first: $first, after: $after) {
      edges {
        node {
          id kind title parameters requestedBy status progress progressNote error rowCount truncated digest createdAt
          finishedAt expiresAt
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const requestReportDocument = graphql(`
  mutation RequestReport($orgId: ID!, $kind: ReportKind!, $parameters: ReportParametersInput) {
    requestReport(orgId: $orgId, kind: $kind, parameters: $parameters) { id }
  }
`);

export const downloadReportDocument = graphql(`
  mutation DownloadReport($orgId: ID!, $id: ID!, $format: ReportFormat!) {
    downloadReport(orgId: $orgId, id: $id, format: $format) { filename mediaType base64 }
  }
`);

export const deleteReportDocument = graphql(`
  mutation DeleteReport($orgId: ID!, $id: ID!) { deleteReport(orgId: $orgId, id: $id) }
`);
