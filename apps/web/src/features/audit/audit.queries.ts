import { graphql } from '../../gql';

export const auditEventsDocument = graphql(`
  query AuditEvents($orgId: ID!, $filter: AuditFilter, $first: Int, $after: String) {
    auditEvents(orgId: $orgId, filter: $filter, first: $first, after: $after) {
      edges {
        node {
          id at kind decision path reason
          actor { type label }
          connection { slug }
          statement { text truncated kinds }
          missing
          target { type label }
          outcome { status rows durationMs sqlstate }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const auditEventDocument = graphql(`
  query AuditEvent($orgId: ID!, $id: ID!) {
    auditEvent(orgId: $orgId, id: $id) {
      id at receivedAt kind decision path reason policyVersion sessionId agentId seq
      required held missing ruleIds before after
      actor { type id label }
      connection { id slug }
      statement { text bytes sha256 truncated kinds parameters redacted fingerprint }
      client { address application tls }
      target { type id label }
      outcome { status rows durationMs bytes sqlstate at }
    }
  }
`);
