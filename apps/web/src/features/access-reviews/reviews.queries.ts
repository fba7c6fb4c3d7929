import { graphql } from '../../gql';

export const accessReviewsDocument = graphql(`
  query AccessReviews($orgId: ID!) {
    accessReviews(orgId: $orgId) {
      id name connection dueAt createdAt createdBy closedAt closedBy remindedAt total certified revoked waitingForMe
    }
  }
`);

export const accessReviewItemsDocument = graphql(`
  query AccessReviewItems($orgId: ID!, $reviewId: ID!) {
    accessReviewItems(orgId: $orgId, reviewId: $reviewId) {
      id userId userName userEmail connection permissions through reviewerId reviewerEmail decision note decidedBy decidedAt
      outcome
    }
  }
`);

export const accessReviewUseDocument = graphql(`
  query AccessReviewUse($orgId: ID!, $reviewId: ID!) {
    accessReviewUse(orgId: $orgId, reviewId: $reviewId) { itemId lastUsedAt used }
  }
`);

export const createAccessReviewDocument = graphql(`
  mutation CreateAccessReview($orgId: ID!, $review: AccessReviewInput!) {
    createAccessReview(orgId: $orgId, review: $review) { id total }
  }
`);

export const decideAccessDocument = graphql(`
  mutation DecideAccess($orgId: ID!, $reviewId: ID!, $itemIds: [ID!]!, $decision: ReviewDecision!, $note: String) {
    decideAccess(orgId: $orgId, reviewId: $reviewId, itemIds: $itemIds, decision: $decision, note: $note) {
      id decision note decidedBy decidedAt outcome
    }
  }
`);

export const reopenAccessDocument = graphql(`
  mutation ReopenAccess($orgId: ID!, $reviewId: ID!, $itemIds: [ID!]!) {
    reopenAccess(orgId: $orgId, reviewId: $reviewId, itemIds: $itemIds) {
      id decision note decidedBy decidedAt outcome
    }
  }
`);

export const remindReviewersDocument = graphql(`
  mutation RemindReviewers($orgId: ID!, $id: ID!) { remindReviewers(orgId: $orgId, id: $id) { id remindedAt } }
`);

export const closeAccessReviewDocument = graphql(`
  mutation CloseAccessReview($orgId: ID!, $id: ID!) { closeAccessReview(orgId: $orgId, id: $id) { id } }
`);
