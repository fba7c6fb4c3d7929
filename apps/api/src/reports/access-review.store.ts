import type { PoolClient } from 'pg';

export interface ReviewFacts {
  id: string;
  name: string;
  connection: string | null;
  dueAt: Date;
  createdBy: string;
  createdAt: Date;
  closedBy: string | null;
  closedAt: Date | null;
}

export interface ReviewedAccess {
  userName: string;
  userEmail: string;
  connection: string;
  permissions: number;
  through: string[];
  reviewer: string;
  decision: string | null;
  decidedBy: string | null;
  decidedAt: Date | null;
  note: string;
  outcome: string | null;
}

/** The review with this id; the newest when none is given. */
export async function readReview(
  client: PoolClient,
  id: string | undefined,
): Promise<ReviewFacts | undefined> {
  const { rows } = await client.query<ReviewFacts>(
    `select id, name, connection_slug as connection, due_at as "dueAt", created_by_label as "createdBy",
            created_at as "createdAt", closed_by_label as "closedBy", closed_at as "closedAt"
       from access_review where ($1::uuid is null or id = $1) order by id desc limit 1`,
    [id ?? null],
  );
  return rows[0];
}

export async function readReviewed(client: PoolClient, reviewId: string): Promise<ReviewedAccess[]> {
  const { rows } = await client.query<ReviewedAccess>(
    `select user_name as "userName", user_email as "userEmail", connection_slug as connection, permissions::int,
            through, reviewer_email as reviewer, decision, decided_by_label as "decidedBy", decided_at as "decidedAt",
            note, outcome
       from access_review_item where review_id = $1 order by user_email, connection_slug`,
    [reviewId],
  );
  return rows;
}
