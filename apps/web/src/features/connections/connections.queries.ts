import { graphql } from '../../gql';

export const connectionsDocument = graphql(`
  query Connections($orgId: ID!, $first: Int, $after: String) {
    connections(orgId: $orgId, first: $first, after: $after) {
      edges {
        node {
          id slug name description
          statementTimeoutMs lockTimeoutMs idleInTransactionTimeoutMs rowCap auditMode
          viewerPermissions health healthDetail ruleCount createdAt
          environment { id slug name }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const createConnectionDocument = graphql(`
  mutation CreateConnection($orgId: ID!, $environmentId: ID!, $slug: String!, $input: ConnectionInput!) {
    createConnection(orgId: $orgId, environmentId: $environmentId, slug: $slug, input: $input) { id slug }
  }
`);

export const updateConnectionDocument = graphql(`
  mutation UpdateConnection($orgId: ID!, $id: ID!, $input: ConnectionInput!) {
    updateConnection(orgId: $orgId, id: $id, input: $input) { id slug }
  }
`);

export const deleteConnectionDocument = graphql(`
  mutation DeleteConnection($orgId: ID!, $id: ID!) { deleteConnection(orgId: $orgId, id: $id) }
`);
