import { graphql } from '../../gql';

export const auditChainsDocument = graphql(`
  query AuditChains($orgId: ID!) { auditChains(orgId: $orgId) { id name isAgent headSeq } }
`);

export const verifyAuditDocument = graphql(`
  query VerifyAudit($orgId: ID!, $chain: ID!, $from: DateTime, $to: DateTime, $cursor: String) {
    verifyAudit(orgId: $orgId, chain: $chain, from: $from, to: $to, cursor: $cursor) {
      checked anchors upToSeq toSeq cursor
      problem { code seq eventId message }
    }
  }
`);

export const auditKeepingDocument = graphql(`
  query AuditKeeping($orgId: ID!) { auditKeeping(orgId: $orgId) { auditRetentionDays auditHold } }
`);

export const auditKeepingPreviewDocument = graphql(`
  query AuditKeepingPreview($orgId: ID!, $retentionDays: Int!) {
    auditKeepingPreview(orgId: $orgId, retentionDays: $retentionDays) { events isExact oldestAt keepFrom }
  }
`);

export const setAuditKeepingDocument = graphql(`
  mutation SetAuditKeeping($orgId: ID!, $retentionDays: Int, $hold: String) {
    setAuditKeeping(orgId: $orgId, retentionDays: $retentionDays, hold: $hold) { auditRetentionDays auditHold }
  }
`);
