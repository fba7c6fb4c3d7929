import { graphql } from '../../gql';

export const integrationsDocument = graphql(`
  query Integrations($orgId: ID!) {
    integrations(orgId: $orgId) {
      id kind name url format eventTypes enabled disabledReason failures failingSince lastError lastDeliveredAt createdAt behind dead refusal
    }
  }
`);

export const deliveriesDocument = graphql(`
  query IntegrationDeliveries($orgId: ID!, $id: ID!, $dead: Boolean) {
    integrationDeliveries(orgId: $orgId, id: $id, dead: $dead) {
      id type state attempts nextAttemptAt lastStatus lastError durationMs createdAt endedAt body
    }
  }
`);

export const createIntegrationDocument = graphql(`
  mutation CreateIntegration($orgId: ID!, $integration: IntegrationInput!) {
    createIntegration(orgId: $orgId, integration: $integration) { secret integration { id name } }
  }
`);

export const updateIntegrationDocument = graphql(`
  mutation UpdateIntegration($orgId: ID!, $id: ID!, $integration: IntegrationInput!) {
    updateIntegration(orgId: $orgId, id: $id, integration: $integration) { id }
  }
`);

export const deleteIntegrationDocument = graphql(`
  mutation DeleteIntegration($orgId: ID!, $id: ID!) { deleteIntegration(orgId: $orgId, id: $id) }
`);

export const rotateSecretDocument = graphql(`
  mutation RotateIntegrationSecret($orgId: ID!, $id: ID!) {
    rotateIntegrationSecret(orgId: $orgId, id: $id) { secret integration { id name } }
  }
`);

export const testIntegrationDocument = graphql(`
  mutation TestIntegration($orgId: ID!, $id: ID!) {
    testIntegration(orgId: $orgId, id: $id) { ok status error durationMs }
  }
`);

export const redriveDocument = graphql(`
  mutation RedriveDeliveries($orgId: ID!, $id: ID!) { redriveDeliveries(orgId: $orgId, id: $id) }
`);
