import { graphql } from '../../gql';

export const groupsDocument = graphql(`
  query Groups($orgId: ID!, $first: Int, $after: String) {
    groups(orgId: $orgId, first: $first, after: $after) {
      edges { node { id slug name memberCount ruleCount createdAt members { id email name } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const createGroupDocument = graphql(`
  mutation CreateGroup($orgId: ID!, $slug: String!, $name: String!) {
    createGroup(orgId: $orgId, slug: $slug, name: $name) { id slug }
  }
`);

export const updateGroupDocument = graphql(`
  mutation UpdateGroup($orgId: ID!, $id: ID!, $name: String!) {
    updateGroup(orgId: $orgId, id: $id, name: $name) { id }
  }
`);

export const setGroupMembersDocument = graphql(`
  mutation SetGroupMembers($orgId: ID!, $id: ID!, $userIds: [ID!]!) {
    setGroupMembers(orgId: $orgId, id: $id, userIds: $userIds) { id }
  }
`);

export const deleteGroupDocument = graphql(`
  mutation DeleteGroup($orgId: ID!, $id: ID!) { deleteGroup(orgId: $orgId, id: $id) }
`);
