import { z } from 'zod';

/** A node of `EXPLAIN (FORMAT JSON)`; fields as PostgreSQL names them (https://www.postgresql.org/docs/18/using-explain.html). */
const rawNode = z.looseObject({
  'Node Type': z.string(),
  'Plan Rows': z.number().optional(),
  'Actual Rows': z.number().optional(),
  'Actual Loops': z.number().optional(),
  'Actual Total Time': z.number().optional(),
  'Total Cost': z.number().optional(),
  'Shared Hit Blocks': z.number().optional(),
  'Shared Read Blocks': z.number().optional(),
  get Plans() {
    return z.array(rawNode).optional();
  },
});
type RawNode = z.infer<typeof rawNode>;

const rawPlan = z
  .array(
    z.looseObject({
      Plan: rawNode,
      'Planning Time': z.number().optional(),
      'Execution Time': z.number().optional(),
    }),
  )
  .min(1);

/** One step of a plan, ready to be shown. Times in milliseconds over all loops; absent without ANALYZE. */
export interface PlanStep {
  readonly key: string;
  readonly depth: number;
  readonly name: string;
  readonly conditions: readonly string[];
  readonly cost: number;
  readonly estimatedRows: number;
  readonly actualRows?: number;
  readonly loops?: number;
  readonly totalMs?: number;
  /** Without what its children took. */
  readonly ownMs?: number;
  readonly hitBlocks: number;
  readonly readBlocks: number;
  readonly warnings: readonly string[];
}

export interface Plan {
  readonly steps: readonly PlanStep[];
  readonly planningMs?: number | undefined;
  readonly executionMs?: number | undefined;
  readonly text: string;
}

/** Undefined: not a plan in JSON. */
export function parsePlan(text: string): Plan | undefined {
  try {
    const [top] = rawPlan.parse(JSON.parse(text));
    if (top === undefined) return undefined;
    const steps: PlanStep[] = [];
    place(top.Plan, 0, '0', steps);
    return { steps, planningMs: top['Planning Time'], executionMs: top['Execution Time'], text };
  } catch {
    return undefined;
  }
}

const totalOf = (node: RawNode): number | undefined =>
  node['Actual Total Time'] === undefined
    ? undefined
    : node['Actual Total Time'] * (node['Actual Loops'] ?? 1);

function place(node: RawNode, depth: number, key: string, steps: PlanStep[]): void {
  const children = node.Plans ?? [];
  const totalMs = totalOf(node);
  const childMs = children.reduce((sum, child) => sum + (totalOf(child) ?? 0), 0);
  const loops = node['Actual Loops'];
  const actualRows = node['Actual Rows'] === undefined ? undefined : node['Actual Rows'] * (loops ?? 1);
  const estimatedRows = (node['Plan Rows'] ?? 0) * (loops ?? 1);
  steps.push({
    ...{ key, depth, name: nameOf(node), conditions: conditionsOf(node), estimatedRows },
    cost: node['Total Cost'] ?? 0,
    ...(actualRows === undefined ? {} : { actualRows }),
    ...(loops === undefined ? {} : { loops }),
    // Parallel workers add up to more than their parent waited for.
    ...(totalMs === undefined ? {} : { totalMs, ownMs: Math.max(0, totalMs - childMs) }),
    hitBlocks: node['Shared Hit Blocks'] ?? 0,
    readBlocks: node['Shared Read Blocks'] ?? 0,
    warnings: warningsOf(node, estimatedRows, actualRows),
  });
  for (const [at, child] of children.entries()) place(child, depth + 1, `${key}.${at}`, steps);
}

const textOf = (node: RawNode, field: string): string | undefined => {
  const value = node[field];
  return typeof value === 'string' ? value : undefined;
};

function nameOf(node: RawNode): string {
  const relation = textOf(node, 'Relation Name') ?? textOf(node, 'CTE Name') ?? textOf(node, 'Function Name');
  const alias = textOf(node, 'Alias');
  const index = textOf(node, 'Index Name');
  const join = textOf(node, 'Join Type');
  return [
    join === undefined || join === 'Inner' ? '' : join,
    node['Node Type'],
    index === undefined ? '' : `using ${index}`,
    relation === undefined
      ? ''
      : `on ${relation}${alias === undefined || alias === relation ? '' : ` ${alias}`}`,
  ]
    .filter(Boolean)
    .join(' ');
}

const CONDITIONS = ['Index Cond', 'Recheck Cond', 'Hash Cond', 'Merge Cond', 'Join Filter', 'Filter'];

const conditionsOf = (node: RawNode): string[] =>
  CONDITIONS.flatMap((field) => {
    const text = textOf(node, field);
    return text === undefined ? [] : [`${field}: ${text}`];
  });

function warningsOf(node: RawNode, estimated: number, actual: number | undefined): string[] {
  const removed = node['Rows Removed by Filter'];
  const warnings: string[] = [];
  if (actual !== undefined) {
    const ratio = Math.max(actual, 1) / Math.max(estimated, 1);
    if (ratio >= 10) warnings.push(`${Math.round(ratio)} times more rows than estimated`);
    if (ratio <= 0.1 && estimated >= 1_000)
      warnings.push(`${Math.round(1 / ratio)} times fewer rows than estimated`);
  }
  if (typeof removed === 'number' && removed > 10_000 && removed > 10 * Math.max(actual ?? 0, 1))
    warnings.push('reads far more rows than it keeps: an index may help');
  if (node['Sort Space Type'] === 'Disk') warnings.push('sorts on disk: work_mem is too small for it');
  return warnings;
}
