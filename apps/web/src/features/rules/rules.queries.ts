import { graphql } from '../../gql';

export const rulesDocument = graphql(`
  query Rules($orgId: ID!, $first: Int, $after: String, $connection: String, $member: String) {
    rules(orgId: $orgId, first: $first, after: $after, connection: $connection, member: $member) {
      edges { node { id connection permissions members description version createdAt updatedAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const ruleDocument = graphql(`
  query Rule($orgId: ID!, $id: ID!) {
    rule(orgId: $orgId, id: $id) { id connection permissions members description version createdAt updatedAt }
  }
`);

export const previewRuleChangeDocument = graphql(`
  query PreviewRuleChange($orgId: ID!, $change: RuleChangeInput!) {
    previewRuleChange(orgId: $orgId, change: $change) {
      totalCount
      changes {
        user { id email name }
        connection { id slug name environment { id name } }
        before after gained lost
      }
    }
  }
`);

export const createRuleDocument = graphql(`
  mutation CreateRule($orgId: ID!, $rule: RuleInput!) {
    createRule(orgId: $orgId, rule: $rule) { id }
  }
`);

export const updateRuleDocument = graphql(`
  mutation UpdateRule($orgId: ID!, $id: ID!, $version: Int!, $rule: RuleInput!) {
    updateRule(orgId: $orgId, id: $id, version: $version, rule: $rule) { id }
  }
`);

export const deleteRuleDocument = graphql(`
  mutation DeleteRule($orgId: ID!, $id: ID!, $version: Int!) {
    deleteRule(orgId: $orgId, id: $id, version: $version)
  }
`);
