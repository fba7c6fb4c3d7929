import { graphql } from '../../gql';

export const membersDocument = graphql(`
  query Members($orgId: ID!, $first: Int, $after: String) {
    members(orgId: $orgId, first: $first, after: $after) {
      edges { node { id role joinedAt user { id email name } groups { id slug name } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const invitesDocument = graphql(`
  query Invites($orgId: ID!) {
    invites(orgId: $orgId) { id email role expiresAt createdAt }
  }
`);

export const inviteMemberDocument = graphql(`
  mutation InviteMember($orgId: ID!, $email: String!, $role: OrgRole!) {
    inviteMember(orgId: $orgId, email: $email, role: $role) { token invite { id email role expiresAt } }
  }
`);

export const revokeInviteDocument = graphql(`
  mutation RevokeInvite($orgId: ID!, $id: ID!) { revokeInvite(orgId: $orgId, id: $id) }
`);

export const changeMemberRoleDocument = graphql(`
  mutation ChangeMemberRole($orgId: ID!, $id: ID!, $role: OrgRole!) {
    changeMemberRole(orgId: $orgId, id: $id, role: $role) { id role }
  }
`);

export const removeMemberDocument = graphql(`
  mutation RemoveMember($orgId: ID!, $id: ID!) { removeMember(orgId: $orgId, id: $id) }
`);
