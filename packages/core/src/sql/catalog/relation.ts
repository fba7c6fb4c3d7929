import type { Catalog } from './catalog.js';
import { expressionsSummary, joined, queriesSummary, rulesSummary } from './definition.js';
import type { CatalogRelation } from './model.js';
import { Names, refUse, relationUse, typeUses } from './names.js';
import { SearchPath } from './path.js';
import {
  EVENT,
  type Events,
  type Summary,
  type SummaryFinding,
  shownName,
  type Target,
  type Use,
} from './use.js';

type RelationTarget = Extract<Target, { kind: 'relation' }>;

const WRITES = EVENT.insert | EVENT.update | EVENT.delete;
/** Firing what stands for any of these when the rows come to other tables than the one that is named. */
const ALL_WRITES = WRITES | EVENT.select;

/** What the things behind one relation need when this happens to it. */
export function relationSummary(catalog: Catalog, target: RelationTarget): Summary {
  const { relation, events, mode, path } = target;
  const names = Names.inDefinition(catalog, path);
  const has = (...some: (keyof typeof EVENT)[]) => some.some((event) => (events & EVENT[event]) !== 0);
  const use = { mode };
  const computed = [
    ...(has('select') ? relation.readExpressions : []),
    ...(has('insert', 'update', 'rebuild', 'refresh') || mode === 'plan' ? relation.writeExpressions : []),
    ...policiesOf(relation, events),
  ];
  const parts = [
    queriesSummary(queriesOf(relation, events), names, { mode, events: events & WRITES }),
    rulesSummary(
      relation.rules.filter(({ event }) => has(event)).map(({ definition }) => definition),
      names,
      use,
    ),
    expressionsSummary(computed, names, use),
    expressionsSummary(relation.planExpressions ?? relation.writeExpressions, names, { mode: 'plan' }),
    ...(mode === 'run' ? [triggersSummary(catalog, target)] : []),
    { findings: foreignFindings(target), uses: otherUses(catalog, target) },
  ];
  return joined(parts);
}

/** A view's query runs when it is read or written through; a materialized view's when it is refreshed. */
function queriesOf({ kind, query }: CatalogRelation, events: Events): string[] {
  if (query === undefined) return [];
  const runs = kind === 'materialized_view' ? EVENT.refresh : ALL_WRITES;
  return (events & runs) === 0 ? [] : [query];
}

/** Every policy that the server may apply: what is updated or deleted is read first. */
function policiesOf({ policies }: CatalogRelation, events: Events): string[] {
  const asked = events & WRITES ? events | EVENT.select : events;
  return policies
    .filter(({ event }) => (event === undefined ? (asked & ALL_WRITES) !== 0 : (asked & EVENT[event]) !== 0))
    .flatMap(({ expressions }) => expressions);
}

/**
 * Triggers may fire as late as COMMIT, when the session looks for names elsewhere: so in every schema. Those of TRUNCATE
 * are calls, because that statement does not need `write`.
 */
function triggersSummary(catalog: Catalog, { relation, events, path }: RelationTarget): Summary {
  const fired = relation.triggers.filter((trigger) =>
    trigger.events.some((event) => (events & EVENT[event]) !== 0),
  );
  const uses = fired.map((trigger): Use => {
    const via = trigger.events.includes('truncate') ? 'call' : 'trigger';
    const does = `fires a trigger that calls ${shownName(trigger.function)}`;
    return refUse(catalog, trigger.function, SearchPath.ANY, via, does);
  });
  const conditions = fired.flatMap(({ when }) => when ?? []);
  return joined([expressionsSummary(conditions, Names.inDefinition(catalog, path)), { findings: [], uses }]);
}

function foreignFindings({ relation: { foreign }, events }: RelationTarget): SummaryFinding[] {
  if (foreign === undefined || (events & ~EVENT.rebuild) === 0) return [];
  if (foreign.isProgram)
    return [
      { permission: 'admin', what: 'a foreign table that runs a program on the server', inherent: true },
    ];
  const what = 'a foreign table, whose other side nobody can look into';
  return [{ permission: 'execute', what, inherent: true }];
}

/** Types of the columns, partitions and inheriting tables, tables that a foreign key changes with this one. */
function otherUses(catalog: Catalog, { relation, events, mode, path }: RelationTarget): Use[] {
  // A row that changes may move to another partition.
  const below = (events & WRITES) === 0 ? events : events | WRITES;
  const cascades = (events & (EVENT.update | EVENT.delete)) !== 0 && mode === 'run' ? relation.cascades : [];
  const related = (oids: readonly number[], does: string, there: Events) =>
    oids.flatMap((oid) => {
      const other = catalog.relations.get(oid);
      if (other === undefined) return [];
      return [relationUse(other, { events: there, mode, path }, `${does} ${shownName(other)}`)];
    });
  return [
    ...relation.types.flatMap((oid) => typeUses(catalog, oid, path)),
    ...related(relation.children, 'reaches', below),
    ...related(cascades, 'changes', EVENT.update | EVENT.delete),
  ];
}
