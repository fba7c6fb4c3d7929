import { verifyChains } from '../../audit-proof/verify-chain.js';
import { instant, type ReportBuilder } from '../build-context.js';
import { TableOf } from '../document.js';

const COLUMNS = [
  'Chain',
  'Id',
  'Result',
  'Events',
  'Anchors',
  'Last event',
  'Hash of it',
  'First thing wrong',
];

/** Evidence of a verification: what was checked, against what, and what came of it. */
export const buildAuditIntegrity: ReportBuilder = async (
  context,
  { from, to = context.now, chain: only },
) => {
  const { client, orgId, keys } = context;
  // Up to the moment of the question is up to the end, which is then checked as well.
  const range = { from, to: to < context.now ? to : undefined, chain: only };
  const begin = from === undefined ? 'its beginning' : instant(from);
  const table = new TableOf('chains', 'Chains', COLUMNS);
  let [events, held, broken] = [0, 0, 0];
  for await (const { chain, checked, anchors, last, problem } of verifyChains(client, orgId, keys, range)) {
    events += checked;
    held += anchors;
    if (problem) broken += 1;
    const name = chain.isAgent ? chain.name || 'an agent that nobody enrolled' : 'changes made in Postern';
    const result = problem ? problem.code : checked === 0 ? 'no event' : 'whole';
    const wrong = problem ? `${problem.message}${problem.eventId ? ` (event ${problem.eventId})` : ''}` : '';
    table.add(...[name, chain.id, result, checked, anchors], ...[last.seq, last.hash, wrong]);
    await context.progress(50, `${events} events checked`);
  }
  return {
    question: `Whether ${only === undefined ? 'the audit trail' : `chain ${only} of the audit trail`} from ${begin} to ${instant(to)} is as it was recorded`,
    policyVersions: [],
    summary: [
      { label: 'From', value: begin },
      { label: 'To', value: instant(to) },
      { label: 'Result', value: broken === 0 ? 'whole' : `${broken} of ${table.count} chains are not whole` },
      { label: 'Events checked', value: events },
      { label: 'Signed anchors held against', value: held },
    ],
    notes: [
      'Checked of each event: its number follows without a gap, its hash is made anew from it and from the hash before it, and searches are shown what it says.',
      'Of a chain that is not whole, the last event is the last good one; what stands behind it was not checked.',
      'The hash of the last event covers all events before it. With an anchor that you kept outside, or with this report, a trail that was made anew later is found.',
      'What retention removed is not checked; its numbers stand in the trail and in the anchors.',
    ],
    tables: [table.done()],
  };
};
