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

export const auditSummaryDocument = graphql(`
  query AuditSummary($orgId: ID!, $filter: AuditFilter, $buckets: Int) {
    auditSummary(orgId: $orgId, filter: $filter, buckets: $buckets) {
      total isTotalExact facetsOf from to bucketMs areBucketsExact
      facets { name values { value label count } }
      buckets { at allowed failed denied others }
    }
  }
`);

export const auditEventDocument = graphql(`
  query AuditEvent($orgId: ID!, $id: ID!) {
    auditEvent(orgId: $orgId, id: $id) {
      id at receivedAt kind decision path reason policyVersion sessionId agentId seq hash
      required held missing ruleIds relations before after
      actor { type id label }
      connection { id slug }
      statement { text bytes sha256 truncated kinds parameters parameterTypes parameterValues { text bytes sha256 } fingerprint redacted }
      client { address application tls }
      target { type id label }
      outcome { status rows durationMs bytes sqlstate at }
    }
  }
`);

export const savedSearchesDocument = graphql(`
  query SavedSearches($orgId: ID!) {
    savedSearches(orgId: $orgId) { id name query isShared owner { id name email } }
  }
`);

export const createSavedSearchDocument = graphql(`
  mutation CreateSavedSearch($orgId: ID!, $search: SavedSearchInput!) {
    createSavedSearch(orgId: $orgId, search: $search) { id }
  }
`);

export const deleteSavedSearchDocument = graphql(`
  mutation DeleteSavedSearch($orgId: ID!, $id: ID!) {
    deleteSavedSearch(orgId: $orgId, id: $id)
  }
`);

export const updateSavedSearchDocument = graphql(`
  mutation UpdateSavedSearch($orgId: ID!, $id: ID!, $search: SavedSearchInput!) {
    updateSavedSearch(orgId: $orgId, id: $id, search: $search) { id }
  }
`);
