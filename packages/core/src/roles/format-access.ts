import { assertNever } from '../errors.js';
import type { AccessEdge, AccessGraph, AccessNode } from './access-graph.js';
import { compare } from './acl.js';
import { grouped } from './grouped.js';

export const ACCESS_FORMATS = ['tree', 'json', 'dot', 'mermaid'] as const;
export type AccessFormat = (typeof ACCESS_FORMATS)[number];

/** A graph as text that ends with a line break; the same graph gives the same bytes. */
export function formatAccess(graph: AccessGraph, format: AccessFormat): string {
  switch (format) {
    case 'tree':
      return tree(graph);
    case 'json':
      return `${JSON.stringify(graph, null, 2)}\n`;
    case 'dot':
      return dot(graph);
    case 'mermaid':
      return mermaid(graph);
    default:
      return assertNever(format);
  }
}

const SHAPES: Readonly<Record<AccessNode['kind'], string>> = {
  role: 'box',
  external_principal: 'ellipse',
  grant_target: 'cylinder',
  default_privilege_target: 'note',
};

function dot({ nodes, edges }: AccessGraph): string {
  const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
  const lines = [
    ...nodes.map(({ id, kind, label }) => `  ${quoted(id)} [label=${quoted(label)}, shape=${SHAPES[kind]}];`),
    ...edges.map(({ from, to, label, kind }) => {
      const style = kind === 'default_privilege' ? ', style=dashed' : '';
      return `  ${quoted(from)} -> ${quoted(to)} [label=${quoted(label)}${style}];`;
    }),
  ];
  return `digraph postern {\n  rankdir=LR;\n${lines.map((line) => `${line}\n`).join('')}}\n`;
}

function mermaid({ nodes, edges }: AccessGraph): string {
  const quoted = (text: string) => `"${text.replace(/[#"&<>\n]/g, (char) => `#${char.charCodeAt(0)};`)}"`;
  const short = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const drawn = ({ id, kind, label }: AccessNode): string => {
    const [open, close] = {
      role: ['[', ']'],
      external_principal: ['([', '])'],
      grant_target: ['[(', ')]'],
      default_privilege_target: ['>', ']'],
    }[kind];
    return `  ${short.get(id)}${open}${quoted(label)}${close}`;
  };
  const arrow = ({ from, to, label, kind }: AccessEdge): string =>
    `  ${short.get(from)} ${kind === 'default_privilege' ? '-.->' : '-->'}|${quoted(label)}| ${short.get(to)}`;
  return `${['graph LR', ...nodes.map(drawn), ...edges.map(arrow)].join('\n')}\n`;
}

function tree({ nodes, edges }: AccessGraph): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const from = grouped(edges, (edge) => edge.from);
  const to = grouped(edges, (edge) => edge.to);
  const labelOf = (id: string) => byId.get(id)?.label ?? id;
  const lines: string[] = [];
  const principals = nodes.filter(({ kind }) => kind === 'role' || kind === 'external_principal');
  const external: string[] = [];
  for (const { id, kind, label, login } of principals) {
    const out = from.get(id) ?? [];
    const sections = [
      {
        title: 'Members',
        entries: out
          .filter((edge) => edge.kind === 'membership')
          .map(
            (edge) => `${labelOf(edge.to)}${edge.label.slice('member'.length).replace(/^, (.*)$/, ' ($1)')}`,
          ),
      },
      {
        title: 'Grants',
        entries: out
          .filter((edge) => edge.kind === 'grant')
          .map((edge) => `${labelOf(edge.to)}: ${edge.label}`),
      },
      {
        title: 'Default Privileges',
        entries: (to.get(id) ?? [])
          .filter((edge) => edge.kind === 'default_privilege')
          .map((edge) => `${labelOf(edge.from)}: ${edge.label}`),
      },
    ].filter(({ entries }) => entries.length > 0);
    if (kind === 'external_principal') external.push(label);
    if (kind === 'external_principal' && sections.length === 0) continue;
    lines.push(kind === 'role' ? `${label} (${login ? 'LOGIN' : 'NOLOGIN'})` : label);
    for (const [index, { title, entries }] of sections.entries()) {
      const last = index === sections.length - 1;
      lines.push(`${last ? '└──' : '├──'} ${title}`);
      for (const [n, entry] of entries.sort(compare).entries()) {
        lines.push(`${last ? '    ' : '│   '}${n === entries.length - 1 ? '└──' : '├──'} ${entry}`);
      }
    }
  }
  if (external.length > 0) {
    lines.push(
      '',
      'External principals',
      ...external.map((name, n) => `${n === external.length - 1 ? '└──' : '├──'} ${name}`),
    );
  }
  return lines.length === 0 ? '(no roles)\n' : `${lines.join('\n')}\n`;
}
