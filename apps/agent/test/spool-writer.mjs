// A child that appends to a spool as fast as it can and prints the number of each event that was confirmed durable.

import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { Spool } from '../dist/audit/spool.js';

const [dir, segmentBytes] = process.argv.slice(2);
const spool = await Spool.open(dir, Number(segmentBytes));
const actor = { type: 'system', id: '', label: 'x'.repeat(2_000) };

async function writer() {
  for (;;) {
    try {
      const event = { id: randomUUID(), at: new Date().toISOString(), kind: 'agent.started', actor };
      await spool.append(event).durable();
      writeSync(1, `${spool.acked + spool.depth}\n`);
    } catch (error) {
      writeSync(1, `${error.code}\n`);
      return;
    }
  }
}

await Promise.all(Array.from({ length: 8 }, writer));
