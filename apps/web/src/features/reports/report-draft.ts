import type { ReportParametersInput } from '../../gql/graphql';

/** The form's texts, by the parameter's name. Empty: left out. */
export type Draft = Record<string, string>;

const INSTANTS = ['at', 'from', 'to'];

/** What the api takes. Instants are typed in this computer's zone. */
export function toParameters(draft: Draft, names: readonly string[]): ReportParametersInput {
  const given = names.flatMap((name): [string, unknown][] => {
    const text = (draft[name] ?? '').trim();
    if (text === '') return [];
    if (INSTANTS.includes(name)) return [[name, new Date(text).toISOString()]];
    if (name === 'days') return [[name, Number.parseInt(text, 10)]];
    if (name === 'permissions') return [[name, text.split(',')]];
    return [[name, text]];
  });
  return Object.fromEntries(given);
}

/** Stored parameters as the form's texts; instants are not asked for where this is used. */
export function toDraft(parameters: unknown): Draft {
  const entries = Object.entries((parameters ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]),
  );
}

const WORDS: Record<string, string> = {
  at: 'at',
  from: 'from',
  to: 'to',
  connection: 'on',
  person: 'for',
  days: 'days',
  permissions: 'needing',
  chain: 'of chain',
};

const shownInstant = (value: string): string => `${value.slice(0, 10)} ${value.slice(11, 16)} UTC`;

/** Stored parameters as a line of text. */
export function parameterWords(parameters: unknown): string {
  const entries = Object.entries((parameters ?? {}) as Record<string, unknown>);
  return entries
    .map(([name, value]) => {
      const text = Array.isArray(value) ? value.join(', ') : String(value);
      const shown = INSTANTS.includes(name) ? shownInstant(text) : text;
      return name === 'days' ? `${shown} days` : `${WORDS[name] ?? name} ${shown}`;
    })
    .join(' · ');
}
