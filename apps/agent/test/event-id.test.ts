import { describe, expect, it } from 'vitest';
import { EventIds } from '../src/audit/event-id.js';

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('ids of events', () => {
  it('are UUIDv7 of their millisecond, each behind the one before it, also when the clock goes back', () => {
    const ids = new EventIds();
    const start = Date.UTC(2026, 10, 22);
    const made = [0, 0, 1, 1, 7, 3, 3, 8].map((ms) => ids.next(start + ms));
    for (const id of made) expect(id).toMatch(FORM);
    expect([...made].sort()).toEqual(made);
    expect(made.map((id) => Number.parseInt(id.replace('-', '').slice(0, 12), 16) - start)).toEqual([
      0, 0, 1, 1, 7, 7, 7, 8,
    ]);
  });

  it('are all different, more of them than a millisecond has numbers', () => {
    const ids = new EventIds();
    const made = Array.from({ length: 20_000 }, () => ids.next(1_000_000));
    expect(new Set(made).size).toBe(made.length);
    expect([...made].sort()).toEqual(made);
  });
});
