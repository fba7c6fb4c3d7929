import { canonicalJson } from './chain.js';

/** Canonical JSON of an object, given the JSON texts of its open members in the order of their names. */
export type CanonicalForm = (...values: readonly string[]) => string;

/**
 * Of objects that differ in few members: the canonical text (as {@link canonicalJson} has it) of all others is made once. `known`
 * must be plain JSON and have none of the `open` members; undefined members are left out.
 */
export function canonicalForm(known: object, open: readonly string[]): CanonicalForm {
  const members = new Map(Object.entries(known).filter(([, value]) => value !== undefined));
  const pieces: string[] = [];
  let text = '{';
  for (const [index, key] of [...members.keys(), ...open].sort().entries()) {
    text += `${index === 0 ? '' : ','}${JSON.stringify(key)}:`;
    if (members.has(key)) {
      text += canonicalJson(members.get(key));
    } else {
      pieces.push(text);
      text = '';
    }
  }
  const end = `${text}}`;
  return (...values) => {
    let filled = '';
    for (let index = 0; index < pieces.length; index++)
      filled += (pieces[index] ?? '') + (values[index] ?? 'null');
    return filled + end;
  };
}
