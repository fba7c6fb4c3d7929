import {
  type Attribution,
  bundlePlan,
  CHANGE_KINDS,
  type Change,
  type KindCount,
  type Mode,
  privilegesOf,
  render,
  subjectOf,
  summarize,
  takesAway,
} from '@postern/core/roles';
import type { ConnectionFacts } from '../targets/roles/connection.js';
import { providerName } from '../targets/roles/held-rights.js';
import type { RolesPlan } from '../targets/roles/plan.js';
import { attributionLines } from './attribution-text.js';
import type { Paint } from './io.js';
import { shortList } from './short-list.js';

export interface PlanFacts {
  readonly facts: ConnectionFacts;
  readonly mode: Mode;
  readonly plan: RolesPlan;
  /** Of each change, when it was asked for. */
  readonly attributions?: readonly (readonly Attribution[])[];
}

/** What a person reads in five seconds: where, how much, who has more and who less, what stands in the way. */
export function planSummary({ facts, mode, plan, attributions }: PlanFacts, paint: Paint): string {
  const { kinds, total, destructive, gains, loses } = summarize(plan.changes, plan.current, plan.wanted);
  const lines = [paint('bold', `${serverText(facts)}, mode ${mode}`)];
  if (total === 0) lines.push(paint('green', '  in sync: nothing to change'));
  for (const count of kinds) lines.push(kindLine(count, plan.changes, paint));
  if (gains.length > 0) lines.push(`  more access: ${paint('green', shortList(gains))}`);
  if (loses.length > 0) lines.push(`  less access: ${paint('red', shortList(loses))}`);
  if (total > 0) lines.push(totalLine(total, destructive, paint));
  lines.push(...undeclaredLines(plan, paint), ...stuckLines(plan, paint));
  if (attributions) lines.push(...attributionLines(attributions, plan.changes.map(subjectOf), paint));
  for (const { message, fix } of [...plan.missing, ...plan.hazards])
    lines.push(paint('red', `  in the way: ${message}`), `    → ${fix}`);
  return lines.join('\n');
}

export function serverText(facts: ConnectionFacts): string {
  const where = facts.address === null ? 'local socket' : `${facts.address}:${facts.port}`;
  const provider = providerName(facts);
  const version = `PostgreSQL ${facts.versionText.split(' ')[0]}`;
  return `\`${facts.database}\` on ${where} (${version}${provider === null ? '' : `, ${provider}`})`;
}

/** Roles that the manifest doesn't know, with rights where it decides. */
function undeclaredLines({ undeclared }: RolesPlan, paint: Paint): string[] {
  return [true, false].flatMap((isRevoked) => {
    const roles = undeclared.filter((entry) => entry.isRevoked === isRevoked).map(({ role }) => role);
    if (roles.length === 0) return [];
    const fate = isRevoked ? 'lose the rights they have here' : 'keep the rights they have here';
    return [paint('yellow', `  ! undeclared roles ${fate}: ${shortList(roles)}`)];
  });
}

/** By grantor, who alone can do something about it. */
function stuckLines({ stuck }: RolesPlan, paint: Paint): string[] {
  const byGrantor = new Map<string, Set<string>>();
  for (const { where, grantee, grantor, privileges } of stuck) {
    const words = privilegesOf(privileges).join(', ');
    const all = byGrantor.get(grantor) ?? new Set<string>();
    byGrantor.set(grantor, all.add(`${words} on ${where} of ${grantee}`));
  }
  return [...byGrantor].flatMap(([grantor, rights]) => [
    paint('yellow', `  ! unwanted rights stay, granted by ${grantor}: ${shortList([...rights])}`),
    `    → revoke them as \`${grantor}\``,
  ]);
}

function kindLine({ kind, text, destructive }: KindCount, changes: readonly Change[], paint: Paint): string {
  const about = [...new Set(changes.filter((change) => change.kind === kind).map(subjectOf))];
  const isChange = kind === 'alter_role' || kind.startsWith('set_');
  const sign = isChange ? paint('yellow', '~') : destructive ? paint('red', '-') : paint('green', '+');
  return `  ${sign} ${text}: ${paint('dim', shortList(about))}`;
}

function totalLine(total: number, destructive: number, paint: Paint): string {
  const text = `  ${total} ${total === 1 ? 'change' : 'changes'}`;
  if (destructive === 0) return text;
  return `${text}, ${paint('red', `${destructive} ${destructive === 1 ? 'takes' : 'take'} something away`)}`;
}

/** The statements as they will run, passwords hidden; one comment when there are none. */
export function* planSql({ facts, plan }: PlanFacts): Iterable<string> {
  if (plan.changes.length === 0) yield '-- in sync: nothing to change';
  for (const change of plan.changes)
    for (const text of render(change, facts)) yield text.endsWith(';') ? text : `${text};`;
}

/** For programs; plans of bundles say which document asks for what. `schema_version` changes when a field changes its meaning. */
export function* planJson({ facts, mode, plan, attributions }: PlanFacts): Iterable<string> {
  const bundle = plan.scope === null ? undefined : bundlePlan(plan.changes, plan.scope);
  const report = {
    schema_version: 'postern.roles_plan.v1',
    ...(bundle && { managed_scope: bundle.managed_scope }),
    server: {
      database: facts.database,
      address: facts.address,
      port: facts.port,
      version: facts.versionText,
      system_identifier: facts.systemIdentifier,
      provider: facts.provider,
    },
    mode,
    digest: plan.digest,
    in_sync: plan.changes.length === 0,
    changes: [],
    undeclared_roles: plan.undeclared,
    stuck_rights: plan.stuck.map(({ privileges, ...right }) => ({
      ...right,
      privileges: privilegesOf(privileges),
    })),
    obstacles: [...plan.missing, ...plan.hazards].map(({ message, fix }) => ({ message, fix })),
  };
  // One change at a time: all of them as one text may be longer than a string can be.
  const [head, tail] = JSON.stringify(report, null, 2).split('"changes": []', 2) as [string, string];
  yield `${head}"changes": [`;
  for (const [index, change] of plan.changes.entries()) {
    const entry = {
      category: CHANGE_KINDS[change.kind].category,
      destructive: takesAway(change),
      ...(bundle && { owner: bundle.changes[index]?.owner }),
      change,
      ...(attributions && { attribution: attributions[index] }),
      sql: render(change, facts),
    };
    const text = JSON.stringify(entry, null, 2).replaceAll('\n', '\n    ');
    yield `    ${text}${index < plan.changes.length - 1 ? ',' : ''}`;
  }
  yield `  ]${tail}`;
}

/** Statements and characters of one: what fits on a screen. */
const LOSSES_SHOWN = 20;
const LOSS_WIDTH = 160;

/** What is taken away, as it will run; for whoever has to agree to it. Empty when nothing is. */
export function lossText({ facts, plan }: PlanFacts, paint: Paint): string {
  const lost = plan.changes.filter(takesAway);
  if (lost.length === 0) return '';
  const shown = lost.slice(0, LOSSES_SHOWN).flatMap((change) => render(change, facts));
  const lines = shown.map((text) => `  ${text.length > LOSS_WIDTH ? `${text.slice(0, LOSS_WIDTH)}…` : text}`);
  if (lost.length > LOSSES_SHOWN)
    lines.push(`  and ${lost.length - LOSSES_SHOWN} more; postern diff shows all`);
  return [paint('red', 'what takes something away:'), ...lines].join('\n');
}
