import { graphql } from '../../gql';

export const updateOrgDocument = graphql(`
  mutation UpdateOrg($orgId: ID!, $name: String!) { updateOrg(orgId: $orgId, name: $name) { id name } }
`);

export const createEnvironmentDocument = graphql(`
  mutation CreateEnvironment($orgId: ID!, $slug: String!, $name: String!) {
    createEnvironment(orgId: $orgId, slug: $slug, name: $name) { id }
  }
`);

export const updateEnvironmentDocument = graphql(`
  mutation UpdateEnvironment($orgId: ID!, $id: ID!, $name: String!) {
    updateEnvironment(orgId: $orgId, id: $id, name: $name) { id }
  }
`);

export const deleteEnvironmentDocument = graphql(`
  mutation DeleteEnvironment($orgId: ID!, $id: ID!) { deleteEnvironment(orgId: $orgId, id: $id) }
`);
