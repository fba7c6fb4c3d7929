import { classify, loadParser } from '@postern/core/sql';
import { loadModule, parseSync } from 'libpg-query';
import { Classifier } from '../../apps/agent/dist/session/classifier.js';
import type { Benchmark } from './harness.js';

/** 300 characters, as a report tool writes them. */
const TYPICAL = `select c.country, date_trunc('month', o.placed_at) as month, count(*) as orders, sum(i.quantity * i.unit_price) as revenue
from orders as o join order_items as i on i.order_id = o.id join addresses as c on c.customer_id = o.customer_id
where o.status <> 'cancelled' and o.placed_at >= $1 group by 1, 2 order by 2 desc limit 50`;

export const classification: Benchmark = {
  name: 'classification',
  title: `Classification of a statement of ${TYPICAL.length} characters`,
  prepare: async ({ quick }) => {
    await loadParser();
    await loadModule();
    const cached = new Classifier();
    await cached.classify(TYPICAL);
    const fresh = new Classifier();
    let count = 0;
    // Another literal each time: what the cache has never seen, and as long.
    const unseen = () => TYPICAL.replace('cancelled', String(1e8 + count++));
    return {
      batch: quick ? 500 : 5_000,
      contenders: [
        { name: 'libpg-query alone, parse', once: () => parseSync(TYPICAL) },
        { name: 'parse and classify', once: () => classify(TYPICAL) },
        { name: 'the agent, text never seen', once: () => fresh.classify(unseen()) },
        { name: 'the agent, text seen before', once: () => cached.classify(TYPICAL) },
      ],
      close: async () => {
        await cached.stop();
        await fresh.stop();
      },
    };
  },
};
