import { Graph, layout } from '@dagrejs/dagre';
import type { Checked } from './manifest-check';

type Access = NonNullable<Checked['access']>;
export type Node = Access['nodes'][number];

export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly (Node & { x: number; y: number; width: number })[];
  readonly edges: readonly { id: string; label: string; dashed: boolean; path: string }[];
}

export const NODE_HEIGHT = 28;
const CHAR_WIDTH = 6.7;
const LABEL_MAX = 34;

export const shortened = (text: string): string =>
  text.length > LABEL_MAX ? `${text.slice(0, LABEL_MAX - 1)}…` : text;

/** Only what one role has: its groups upwards, its members, and what each of them may reach. */
export function around({ nodes, edges }: Access, role: string): Access {
  const keep = new Set([role]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { kind, from, to } of edges)
      if (kind === 'membership' && keep.has(to) && !keep.has(from)) {
        keep.add(from);
        grew = true;
      }
  }
  const own = new Set(keep);
  for (const { kind, from, to } of edges) {
    if (kind === 'grant' && own.has(from)) keep.add(to);
    if (kind === 'default_privilege' && own.has(to)) keep.add(from);
    if (kind === 'membership' && from === role) keep.add(to);
  }
  return {
    nodes: nodes.filter(({ id }) => keep.has(id)),
    edges: edges.filter(({ from, to }) => keep.has(from) && keep.has(to)),
  };
}

/** Places for boxes and lines, members at the left, what is reached at the right. */
export function place({ nodes, edges }: Access): Placed {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 10, ranksep: 90, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, label } of nodes)
    graph.setNode(id, { width: Math.round(shortened(label).length * CHAR_WIDTH) + 24, height: NODE_HEIGHT });
  for (const { kind, from, to } of edges) {
    // A member stands before its group, a role before what it reaches, whichever way the edge is told.
    if (kind === 'grant') graph.setEdge(from, to);
    else graph.setEdge(to, from);
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    nodes: nodes.map((node) => {
      const at = graph.node(node.id) as { x: number; y: number; width: number };
      return { ...node, x: at.x, y: at.y, width: at.width };
    }),
    edges: edges.map(({ kind, from, to, label }) => {
      const edge = (kind === 'grant' ? graph.edge(from, to) : graph.edge(to, from)) as {
        points: readonly { x: number; y: number }[];
      };
      return {
        id: `${kind}:${from}:${to}`,
        label,
        dashed: kind === 'default_privilege',
        path: curve(edge.points),
      };
    }),
  };
}

function curve(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${first.x.toFixed(1)},${first.y.toFixed(1)}`;
  let last = first;
  for (const point of rest) {
    const middle = (last.x + point.x) / 2;
    path += ` C${middle.toFixed(1)},${last.y.toFixed(1)} ${middle.toFixed(1)},${point.y.toFixed(1)} ${point.x.toFixed(1)},${point.y.toFixed(1)}`;
    last = point;
  }
  return path;
}
