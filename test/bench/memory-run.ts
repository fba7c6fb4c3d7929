import { fileURLToPath } from 'node:url';
import { sizeYoungGeneration } from '../../apps/agent/dist/heap.js';

const COLUMNS = ['id', 'total', 'placed_at', 'lower(email)', 'sum(quantity * unit_price)', 'count(*)'];

/** Another text for every number: short and long, some refused, some that do not parse, each a new key of any cache. */
function textOf(index: number): string {
  const columns = COLUMNS.slice(index % COLUMNS.length).join(', ');
  switch (index % 8) {
    case 0:
      return `select ${columns} from orders_${index} where customer_id = ${index}`;
    case 1:
      return `with d as (delete from t${index} where id = $1 returning *) select * from d`;
    case 2:
      return `select '${'x'.repeat(index % 700)}${index}' as literal, pg_terminate_backend(${index})`;
    case 3:
      return `select ${columns} frm orders where n${index} = 1`;
    case 4:
      return `insert into log_${index} (a, b) values (${index}, 'é${index}'), ($1, $2)`;
    case 5:
      return `select a.* from a${index} a join b on b.id = a.id where b.k in (${index}, ${index + 1}, ${index + 2})`;
    case 6:
      return `update t set c${index} = c${index} + 1 where id = ${index}; select ${index}`;
    default:
      return `explain analyze select f${index}(x) from t order by ${columns}`;
  }
}

/** A process of its own: `<count> <looks>`. Sends resident megabytes as often as asked. */
async function main(count: number, looks: number): Promise<void> {
  // As the agent starts.
  sizeYoungGeneration();
  const { Classifier } = await import('../../apps/agent/dist/session/classifier.js');
  const classifier = new Classifier();
  await classifier.prepare();
  const every = Math.floor(count / looks);
  for (let index = 0; index < count; index += 1) {
    await classifier.classify(textOf(index));
    if ((index + 1) % every === 0) process.send?.(process.memoryUsage.rss() / 2 ** 20);
  }
  await classifier.stop();
  process.disconnect?.();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(Number(process.argv[2]), Number(process.argv[3]));
}
