import { graphql } from '../../gql';

export const agentsDocument = graphql(`
  query Agents($orgId: ID!, $first: Int, $after: String) {
    agents(orgId: $orgId, first: $first, after: $after) {
      edges {
        node {
          id name status agentVersion policyVersion policyEnforcedAt isCurrent consoleUrl spoolDepth spool { bytes quotaBytes state whenFull lostEvents oldestAt } rssBytes
          enrolledAt lastSeenAt revokedAt
          environment { id slug name policyVersion }
          connections { slug status detail }
          wire { host port tls }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const createEnrolmentTokenDocument = graphql(`
  mutation CreateEnrolmentToken($orgId: ID!, $environmentId: ID!, $name: String!) {
    createEnrolmentToken(orgId: $orgId, environmentId: $environmentId, name: $name) {
      token
      enrolmentToken { id name expiresAt environment { id name } }
    }
  }
`);

export const enrolmentTokensDocument = graphql(`
  query EnrolmentTokens($orgId: ID!) {
    enrolmentTokens(orgId: $orgId) { id name usedAt expiresAt }
  }
`);

export const revokeAgentDocument = graphql(`
  mutation RevokeAgent($orgId: ID!, $id: ID!) { revokeAgent(orgId: $orgId, id: $id) { id status } }
`);
