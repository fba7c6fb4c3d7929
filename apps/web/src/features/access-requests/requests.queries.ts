import { graphql } from '../../gql';

export const accessRequestsDocument = graphql(`
  query AccessRequests($orgId: ID!) {
    accessRequests(orgId: $orgId) {
      id personName personEmail connection permissions reason auditEventId createdAt
    }
  }
`);

export const closeAccessRequestDocument = graphql(`
  mutation CloseAccessRequest($orgId: ID!, $id: ID!, $outcome: AccessRequestOutcome!) {
    closeAccessRequest(orgId: $orgId, id: $id, outcome: $outcome) { id }
  }
`);
