import { PosternError } from '@postern/core/errors';
import { permissionsOf } from '@postern/core/policy';
import { readReview, readReviewed } from '../access-review.store.js';
import { instant, type ReportBuilder } from '../build-context.js';
import { TableOf } from '../document.js';

const COLUMNS = [
  ...[
    'Person',
    'E-mail',
    'Connection',
    'Permissions',
    'Given by',
    'Reviewer',
    'Decision',
    'Decided by',
    'When',
  ],
  ...['Note', 'What followed'],
];

/** Who decided what about whose access in a review. */
export const buildAccessReview: ReportBuilder = async ({ client }, parameters) => {
  const review = await readReview(client, parameters.review);
  if (!review)
    throw new PosternError('access_review.not_found', 'there is no such access review', {
      field: 'parameters.review',
    });
  const items = await readReviewed(client, review.id);
  const table = new TableOf('items', 'Reviewed access', COLUMNS);
  for (const item of items)
    table.add(
      ...[item.userName, item.userEmail, item.connection, permissionsOf(item.permissions).join(', ')],
      ...[item.through.join('; '), item.reviewer, item.decision ?? 'not decided', item.decidedBy],
      ...[item.decidedAt && instant(item.decidedAt), item.note, item.outcome],
    );
  const decided = (decision: string) => items.filter((item) => item.decision === decision).length;
  const late = items.filter(({ decidedAt }) => decidedAt !== null && decidedAt > review.dueAt).length;
  return {
    question: `Access review ${review.name}, started ${instant(review.createdAt)} by ${review.createdBy}${review.connection === null ? '' : `, of connection ${review.connection}`}`,
    policyVersions: [],
    summary: [
      { label: 'Certified', value: decided('certified') },
      { label: 'Revoked', value: decided('revoked') },
      { label: 'Not decided', value: items.length - decided('certified') - decided('revoked') },
      { label: 'Due', value: instant(review.dueAt) },
      { label: 'Closed', value: review.closedAt === null ? 'open' : instant(review.closedAt) },
    ],
    notes: [
      'A row is one person on one connection as it was when the review began. Nobody may decide about their own access.',
      'A revocation changes rules that name the person on that connection. Access that comes through a group or a rule for everything is not taken away by it: the row says what is left to do.',
      ...(late > 0 ? [`${late} were decided after the review was due.`] : []),
    ],
    tables: [table.done()],
  };
};
