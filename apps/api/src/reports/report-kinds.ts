import { PosternError } from '@postern/core/errors';
import { PERMISSIONS } from '@postern/core/policy';
import { z } from 'zod';
import { parseInput } from '../errors/parse-input.js';
import type { ControlId } from './controls.js';

const DAY_MS = 86_400_000;
const name = z.string().trim().min(1, 'must not be empty').max(254, 'is too long');

/** What reports are asked with. Instants are parsed already. */
const FIELDS = {
  at: z.date(),
  from: z.date(),
  to: z.date(),
  /** Short name of a connection. */
  connection: name,
  /** E-mail address. */
  person: name.toLowerCase(),
  days: z.number().int().min(1, 'must be at least 1').max(3_650, 'must be at most 3650'),
  permissions: z.array(z.enum(PERMISSIONS)).min(1, 'must name a permission'),
  /** Id of an access review. */
  review: z.uuid('must be the id of an access review'),
  /** Id of a chain of the audit trail: an agent's, or the organisation's for its own. */
  chain: z.uuid('must be the id of a chain'),
} as const;
export type ParameterName = keyof typeof FIELDS;

export interface ReportParameters {
  at?: Date;
  from?: Date;
  to?: Date;
  connection?: string;
  person?: string;
  days?: number;
  permissions?: (typeof PERMISSIONS)[number][];
  review?: string;
  chain?: string;
}

export interface ReportKindInfo {
  title: string;
  /** What it is for, for a stranger. */
  purpose: string;
  parameters: readonly ParameterName[];
  /** A period that begins with the trail where nothing else is said, not some days before its end. */
  beginsWithTrail?: true;
  controls: readonly ControlId[];
}

/** Every report there is. */
export const REPORT_KINDS = {
  who_can_what: {
    title: 'Who can do what',
    purpose:
      'Every person with access to every connection at an instant, now or past, with the rules that give it.',
    parameters: ['at', 'connection', 'person'],
    controls: [
      ...(['soc2-cc6.1', 'soc2-cc6.3', 'iso-a.5.15', 'iso-a.5.18', 'iso-a.8.2', 'iso-a.8.3'] as const),
      ...(['pci-7.2.1', 'pci-7.2.2', 'pci-7.2.6', 'pci-7.3.1', 'pci-7.3.3', 'pci-8.2.1'] as const),
      ...(['hipaa-a1', 'hipaa-a2i'] as const),
    ],
  },
  access_changes: {
    title: 'Changes of access',
    purpose: 'Who gained or lost which permission in a period, when, by whose change.',
    parameters: ['from', 'to', 'connection', 'person'],
    controls: [
      ...(['soc2-cc6.2', 'soc2-cc6.3', 'soc2-cc7.1', 'iso-a.5.15', 'iso-a.5.16', 'iso-a.5.18'] as const),
      ...(['pci-7.2.3', 'pci-8.2.4', 'pci-8.2.5', 'pci-10.2.1.5', 'hipaa-a1', 'hipaa-b'] as const),
    ],
  },
  privileged_activity: {
    title: 'Privileged activity',
    purpose: 'Statements that used admin, ddl or execute: by whom, on what, with what outcome.',
    parameters: ['from', 'to', 'connection', 'person', 'permissions'],
    controls: [
      ...(['soc2-cc6.1', 'soc2-cc7.2', 'iso-a.8.2', 'iso-a.8.15'] as const),
      ...(['pci-10.2.1.1', 'pci-10.2.1.2', 'pci-10.2.2', 'pci-10.4.1', 'hipaa-b'] as const),
    ],
  },
  refusals: {
    title: 'Refusals',
    purpose: 'What was refused, to whom and why: statements, sign-ins and operations.',
    parameters: ['from', 'to', 'connection', 'person'],
    controls: [
      ...(['soc2-cc6.1', 'soc2-cc6.6', 'soc2-cc7.2', 'soc2-cc7.3', 'iso-a.5.17', 'iso-a.8.3'] as const),
      ...(['iso-a.8.5'] as const),
      ...(['iso-a.8.15', 'pci-7.3.3', 'pci-10.2.1.4', 'pci-10.4.1'] as const),
      ...(['hipaa-a1', 'hipaa-b', 'hipaa-d'] as const),
    ],
  },
  dormant_access: {
    title: 'Dormant access',
    purpose: 'Permissions held for the whole of the last days and never used in them, with what to narrow.',
    parameters: ['days', 'connection', 'person'],
    controls: [
      ...(['soc2-cc6.2', 'soc2-cc6.3', 'iso-a.5.18', 'iso-a.8.2'] as const),
      ...(['pci-7.2.2', 'pci-7.2.4', 'pci-7.2.5', 'pci-8.2.6', 'hipaa-a1'] as const),
    ],
  },
  coverage: {
    title: 'Agent and control coverage',
    purpose: 'Which connections are governed right now: agents, policy enforced, audit received, gaps.',
    parameters: [],
    controls: [
      ...(['soc2-cc6.6', 'soc2-cc7.1', 'soc2-cc7.2', 'iso-a.5.15', 'iso-a.8.15'] as const),
      ...(['pci-7.3.1', 'pci-10.2.1', 'pci-10.7.2', 'hipaa-b', 'hipaa-c1'] as const),
    ],
  },
  access_review: {
    title: 'Access review',
    purpose:
      'The evidence of an access review: who decided what about whose access, what followed, what is left.',
    parameters: ['review'],
    controls: [
      ...(['soc2-cc6.2', 'soc2-cc6.3', 'iso-a.5.18', 'iso-a.8.2'] as const),
      ...(['pci-7.2.3', 'pci-7.2.4', 'pci-7.2.5', 'hipaa-a1'] as const),
    ],
  },
  native_roles: {
    title: 'Native roles and drift',
    purpose:
      'Roles that the manifests declare in each database, where databases differ from them, and what was changed with whose approval.',
    parameters: ['from', 'to', 'connection'],
    controls: [
      ...(['soc2-cc6.1', 'soc2-cc6.3', 'soc2-cc7.1', 'iso-a.5.15', 'iso-a.5.18', 'iso-a.8.2'] as const),
      ...(['iso-a.8.3', 'pci-7.2.1', 'pci-7.2.3', 'pci-7.2.5', 'pci-8.2.2', 'pci-10.2.1.5'] as const),
      ...(['hipaa-a1', 'hipaa-b'] as const),
    ],
  },
  completeness: {
    title: 'Completeness of the audit',
    purpose:
      "The audit trail held against the databases' own books: what managed logins did that Postern did not carry.",
    parameters: ['from', 'to', 'connection'],
    controls: [
      ...(['soc2-cc6.6', 'soc2-cc7.2', 'soc2-cc7.3', 'iso-a.8.2', 'iso-a.8.15'] as const),
      ...(['pci-7.2.5', 'pci-8.2.2', 'pci-10.2.1', 'pci-10.7.2', 'hipaa-b', 'hipaa-c1'] as const),
    ],
  },
  audit_integrity: {
    title: 'Integrity of the audit trail',
    purpose:
      'Every chain of the trail checked event by event and held against the anchors that were signed: what was checked, its heads, what is wrong.',
    parameters: ['from', 'to', 'chain'],
    beginsWithTrail: true,
    controls: [...(['soc2-cc7.2', 'soc2-cc7.3', 'iso-a.8.15', 'pci-10.2.1', 'hipaa-b', 'hipaa-c1'] as const)],
  },
} as const satisfies Record<string, ReportKindInfo>;

export type ReportKind = keyof typeof REPORT_KINDS;
export const REPORT_KIND_NAMES = Object.keys(REPORT_KINDS) as ReportKind[];

export const infoOf = (kind: ReportKind): ReportKindInfo => REPORT_KINDS[kind];

const DEFAULT_DAYS = { period: 30, dormant: 90 } as const;
const DEFAULT_PERMISSIONS = ['ddl', 'admin', 'execute'] as const;

/** Checks what a report is asked with, and fills in what was left out, so that the stored parameters say everything. */
export function resolveParameters(kind: ReportKind, given: ReportParameters, now: Date): ReportParameters {
  const { parameters: names, beginsWithTrail = false } = infoOf(kind);
  for (const [field, value] of Object.entries(given))
    if (value !== undefined && value !== null && !names.includes(field as ParameterName))
      throw new PosternError('input.invalid', `\`${field}\` means nothing to this report`, {
        field: `parameters.${field}`,
        fix: names.length === 0 ? 'leave it out' : `use ${names.map((known) => `\`${known}\``).join(', ')}`,
      });
  const present = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  );
  const schema = z.object(Object.fromEntries(names.map((field) => [field, FIELDS[field].optional()])));
  const parsed: ReportParameters = parseInput(schema, present);
  const has = (field: ParameterName) =>
    names.includes(field) && !(field === 'from' && beginsWithTrail && parsed.from === undefined);
  return checkPeriod({ ...parsed, ...defaultsFor(has, parsed, now) }, now);
}

function defaultsFor(
  has: (field: ParameterName) => boolean,
  given: ReportParameters,
  now: Date,
): ReportParameters {
  const to = given.to ?? now;
  return {
    ...(has('at') ? { at: given.at ?? now } : {}),
    ...(has('to') ? { to } : {}),
    ...(has('from') ? { from: given.from ?? new Date(to.getTime() - DEFAULT_DAYS.period * DAY_MS) } : {}),
    ...(has('days') ? { days: given.days ?? DEFAULT_DAYS.dormant } : {}),
    ...(has('permissions') ? { permissions: given.permissions ?? [...DEFAULT_PERMISSIONS] } : {}),
  };
}

function checkPeriod(parameters: ReportParameters, now: Date): ReportParameters {
  const { at, from, to } = parameters;
  const wrong = (field: string, text: string, fix: string) =>
    new PosternError('input.invalid', text, { field: `parameters.${field}`, fix });
  const future = at !== undefined && at > now ? 'at' : to !== undefined && to > now ? 'to' : undefined;
  if (future !== undefined)
    throw wrong(future, `\`${future}\` lies in the future`, 'choose an instant that has passed');
  if (from !== undefined && to !== undefined && from >= to)
    throw wrong('from', '`from` is not before `to`', 'choose a period that has a length');
  return parameters;
}

/** Parameters as they are stored and printed: instants as RFC 3339. */
export const storedParameters = (parameters: ReportParameters): Record<string, unknown> =>
  JSON.parse(JSON.stringify(parameters));

/** The stored form read back. */
export function readParameters(stored: unknown): ReportParameters {
  const raw = stored as Record<string, unknown>;
  const dates = Object.fromEntries(
    (['at', 'from', 'to'] as const).flatMap((field) =>
      raw[field] === undefined ? [] : [[field, new Date(String(raw[field]))]],
    ),
  );
  return { ...raw, ...dates } as ReportParameters;
}
