import { graphql } from '../../gql';

export const databaseAccessDocument = graphql(`
  query DatabaseAccess($orgId: ID!) {
    environments(orgId: $orgId) {
      id name
      wireAddresses { agentName isOnline host port tls }
    }
    myDatabasePasswords(orgId: $orgId) { id createdAt expiresAt environment { id name } }
  }
`);

export const databasePasswordsDocument = graphql(`
  query DatabasePasswords($orgId: ID!, $first: Int, $after: String) {
    databasePasswords(orgId: $orgId, first: $first, after: $after) {
      edges { node { id createdAt expiresAt user { id email name } environment { id name } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const createDatabasePasswordDocument = graphql(`
  mutation CreateDatabasePassword($orgId: ID!, $environmentId: ID!, $lifetime: DatabasePasswordLifetime!) {
    createDatabasePassword(orgId: $orgId, environmentId: $environmentId, lifetime: $lifetime) {
      password
      databasePassword { id expiresAt }
    }
  }
`);

export const revokeDatabasePasswordDocument = graphql(`
  mutation RevokeDatabasePassword($orgId: ID!, $id: ID!) { revokeDatabasePassword(orgId: $orgId, id: $id) }
`);
