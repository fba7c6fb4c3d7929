import { graphql } from '../../gql';

export const connectionRolesDocument = graphql(`
  query ConnectionRoles($orgId: ID!, $connectionId: ID!) {
    connectionRoles(orgId: $orgId, connectionId: $connectionId) {
      settings { mode fourEyes approverGroupId planLifetimeS driftEveryS }
      manifest { id version body message authorLabel createdAt }
      guards { isWanted isInForce roles { name permissions people isThere } unneeded ownLogin olderAgents }
      livePlan { id state manifestVersion changeCount destructiveCount createdAt requestedLabel expiresAt }
      status { state manifestVersion checkedAt reason nextScanAt }
      drift {
        id manifestVersion firstSeenAt lastSeenAt changeCount planId ignoredUntil ignoredReason ignoredLabel
        content { changes { kind category destructive subject statements isFromRules } }
        causes {
          since until
          changes { kind objects statement { eventId at actorLabel text } changedAt grantors }
          opaque { eventId at actorLabel text }
        }
      }
    }
  }
`);

export const roleStatusDocument = graphql(`
  query RoleStatus($orgId: ID!, $connectionId: ID!) {
    connectionRoles(orgId: $orgId, connectionId: $connectionId) {
      status { state checkedAt reason }
      manifest { version }
      livePlan { id state }
    }
  }
`);

export const roleManifestsDocument = graphql(`
  query RoleManifests($orgId: ID!, $connectionId: ID!, $first: Int, $after: String) {
    roleManifests(orgId: $orgId, connectionId: $connectionId, first: $first, after: $after) {
      edges { node { id version body message authorLabel createdAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const rolePlansDocument = graphql(`
  query RolePlans($orgId: ID!, $connectionId: ID, $states: [RolePlanState!], $first: Int, $after: String) {
    rolePlans(orgId: $orgId, connectionId: $connectionId, states: $states, first: $first, after: $after) {
      edges {
        node {
          id connectionId state cause manifestVersion changeCount destructiveCount requestedLabel approvedLabel closedLabel
          createdAt finishedAt
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const failedRoleTasksDocument = graphql(`
  query FailedRoleTasks($orgId: ID!, $connectionId: ID) {
    failedRoleTasks(orgId: $orgId, connectionId: $connectionId, first: 20) {
      edges { node { id kind attempts failedAt failureClass message fix facts planId } }
    }
  }
`);

export const rolePlanDocument = graphql(`
  query RolePlan($orgId: ID!, $id: ID!) {
    rolePlan(orgId: $orgId, id: $id) {
      id connectionId manifestVersion mode cause state requestedLabel createdAt updatedAt expiresAt
      effectsDigest systemIdentifier changeCount destructiveCount approvedLabel approvedAt closedLabel reason
      applyStartedAt progressDone progressTotal finishedAt cancelAskedLabel cancelAskedAt cancelReason
      comments { id authorLabel body createdAt }
      task { kind state attempts failure hasAgent notBefore }
      content {
        server { database version provider }
        gains loses
        kinds { kind count destructive text }
        changes { kind category destructive subject statements isFromRules }
        undeclared { role count isRevoked }
        stuck { where grantee grantor text }
        obstacles { message fix }
      }
    }
  }
`);

/** What of a plan moves while somebody looks at it; the rest is asked for when the state changes. */
export const ROLE_PLAN_CHANGED = `subscription RolePlanChanged($orgId: ID!, $id: ID!) {
  rolePlanChanged(orgId: $orgId, id: $id) { id state updatedAt progressDone progressTotal cancelAskedAt task { state hasAgent } }
}`;

export const saveRoleManifestDocument = graphql(`
  mutation SaveRoleManifest($orgId: ID!, $connectionId: ID!, $input: RoleManifestInput!) {
    saveRoleManifest(orgId: $orgId, connectionId: $connectionId, input: $input) {
      manifest { version }
      plan { id }
    }
  }
`);

export const generateRoleManifestDocument = graphql(`
  mutation GenerateRoleManifest($orgId: ID!, $connectionId: ID!, $suggestProfiles: Boolean!) {
    generateRoleManifest(orgId: $orgId, connectionId: $connectionId, suggestProfiles: $suggestProfiles) { id state }
  }
`);

export const generatedRoleManifestDocument = graphql(`
  query GeneratedRoleManifest($orgId: ID!, $id: ID!) {
    generatedRoleManifest(orgId: $orgId, id: $id) { id state body failure }
  }
`);

export const updateRoleSettingsDocument = graphql(`
  mutation UpdateRoleSettings($orgId: ID!, $connectionId: ID!, $input: RoleSettingsInput!) {
    updateRoleSettings(orgId: $orgId, connectionId: $connectionId, input: $input) { mode }
  }
`);

export const requestRolePlanDocument = graphql(`
  mutation RequestRolePlan($orgId: ID!, $connectionId: ID!) {
    requestRolePlan(orgId: $orgId, connectionId: $connectionId) { id }
  }
`);

export const approveRolePlanDocument = graphql(`
  mutation ApproveRolePlan(
    $orgId: ID!, $id: ID!, $effectsDigest: String!, $systemIdentifier: String!, $manifestVersion: Int!
  ) {
    approveRolePlan(
      orgId: $orgId, id: $id, effectsDigest: $effectsDigest, systemIdentifier: $systemIdentifier,
      manifestVersion: $manifestVersion
    ) { id state }
  }
`);

export const rejectRolePlanDocument = graphql(`
  mutation RejectRolePlan($orgId: ID!, $id: ID!, $reason: String!) {
    rejectRolePlan(orgId: $orgId, id: $id, reason: $reason) { id state }
  }
`);

export const cancelRolePlanDocument = graphql(`
  mutation CancelRolePlan($orgId: ID!, $id: ID!, $reason: String!) {
    cancelRolePlan(orgId: $orgId, id: $id, reason: $reason) { id state }
  }
`);

export const commentOnRolePlanDocument = graphql(`
  mutation CommentOnRolePlan($orgId: ID!, $id: ID!, $body: String!) {
    commentOnRolePlan(orgId: $orgId, id: $id, body: $body) { id }
  }
`);

export const scanForDriftDocument = graphql(`
  mutation ScanForDrift($orgId: ID!, $connectionId: ID!) { scanForDrift(orgId: $orgId, connectionId: $connectionId) }
`);

export const planForDriftDocument = graphql(`
  mutation PlanForDrift($orgId: ID!, $id: ID!) { planForDrift(orgId: $orgId, id: $id) { id } }
`);

export const ignoreDriftDocument = graphql(`
  mutation IgnoreDrift($orgId: ID!, $id: ID!, $reason: String!, $until: DateTime!) {
    ignoreDrift(orgId: $orgId, id: $id, reason: $reason, until: $until) { id }
  }
`);
