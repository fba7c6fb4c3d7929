import { graphql } from '../../gql';

export const environmentsDocument = graphql(`
  query Environments($orgId: ID!) {
    environments(orgId: $orgId) {
      id slug name policyVersion policyPublishedAt agentCount enforcedCount enforcedAt connectionCount
    }
  }
`);
