import type { Attribution } from '@postern/core/roles';
import type { Paint } from './io.js';
import { shortList } from './short-list.js';

/** Where the differences come from: one line a cause, with whom it is about. */
export function attributionLines(
  attributions: readonly (readonly Attribution[])[],
  subjects: readonly string[],
  paint: Paint,
): string[] {
  const byCause = new Map<string, Set<string>>();
  for (const [index, causes] of attributions.entries()) {
    for (const each of causes) {
      const text = causeText(each);
      byCause.set(text, (byCause.get(text) ?? new Set()).add(subjects[index] ?? ''));
    }
  }
  if (byCause.size === 0) return [];
  const lines = [...byCause].map(([text, about]) => `    ${text}: ${paint('dim', shortList([...about]))}`);
  return [paint('bold', '  where it comes from:'), ...lines];
}

function causeText(found: Attribution): string {
  const written = found.changedAt === null ? '' : `, written ${instant(found.changedAt)}`;
  const by = found.grantors.length === 0 ? '' : `, granted by ${shortList(found.grantors)}`;
  switch (found.cause) {
    case 'manifest':
      return 'the manifest has changed';
    case 'statement':
      return `${found.actor}, ${instant(found.at)}: ${found.text}`;
    case 'apply':
      return `applied by ${found.actor}, ${instant(found.at)}`;
    case 'outside': {
      const last = found.lastKnown;
      const before = last === null ? '' : `; last seen ${instant(last.at)}, ${last.actor}: ${last.text}`;
      return `outside Postern${written}${by}${before}`;
    }
    case 'unknown':
      return `not known${written}${by}`;
  }
}

const instant = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
