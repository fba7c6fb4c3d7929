import type { z } from 'zod';
import { type PathSegment, pathText, type ReadDocument, readDocument } from './document.js';
import { AUTH_PROVIDERS } from './manifest.js';
import { nearest } from './nearest.js';
import { byPlace, type Problem, problem } from './problem.js';

/** A document that has the right shape, or the problems why not. Places are asked with paths of the value. */
export interface Parsed<T> {
  readonly value?: T;
  readonly problems: readonly Problem[];
  readonly at: ReadDocument['at'];
}

/**
 * Reads a text and gives it the shape of a model; every problem at once. A Kubernetes wrapper (`apiVersion` and `spec`) is
 * taken off, and `on` is read as `object` in grants.
 */
export function parseDocument<M extends z.ZodType>(
  text: string,
  file: string,
  model: M,
): Parsed<z.output<M>> {
  const document = readDocument(text, file);
  if (document.problems.length > 0) return { problems: document.problems, at: document.at };
  const wrapped = isRecord(document.value) && 'apiVersion' in document.value && 'spec' in document.value;
  const prefix: readonly PathSegment[] = wrapped ? ['spec'] : [];
  const at: ReadDocument['at'] = (path, key) => document.at([...prefix, ...path], key);
  const value = wrapped ? withoutForeignKeys((document.value as Fields).spec, model) : (document.value ?? {});
  const result = model.safeParse(isRecord(value) ? withObjectKey(value) : value, { reportInput: true });
  if (result.success) return { value: result.data, problems: [], at };
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, model, at)).sort(byPlace), at };
}

type Fields = Record<string, unknown>;
const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The wrapper's own keys (connection, interval …) are nothing to us; slips of our field names still are. */
function withoutForeignKeys(spec: unknown, model: z.ZodType): unknown {
  if (!isRecord(spec)) return spec ?? {};
  const fields = fieldsAt(model, []);
  return Object.fromEntries(
    Object.entries(spec).filter(([key]) => fields.includes(key) || nearest(key, fields) !== undefined),
  );
}

function withObjectKey(value: Fields): Fields {
  const fixed = (grants: unknown) =>
    Array.isArray(grants)
      ? grants.map((grant) => {
          if (!isRecord(grant) || !('on' in grant) || 'object' in grant) return grant;
          const { on, ...rest } = grant;
          return { ...rest, object: on };
        })
      : grants;
  const profiles = (of: unknown) =>
    isRecord(of)
      ? Object.fromEntries(
          Object.entries(of).map(([name, profile]) => [
            name,
            isRecord(profile) && profile.grants ? { ...profile, grants: fixed(profile.grants) } : profile,
          ]),
        )
      : of;
  const result = { ...value };
  if (result.grants) result.grants = fixed(result.grants);
  if (result.profiles) result.profiles = profiles(result.profiles);
  if (isRecord(result.shared) && result.shared.profiles) {
    result.shared = { ...result.shared, profiles: profiles(result.shared.profiles) };
  }
  return result;
}

function problemsOf(issue: z.core.$ZodIssue, model: z.ZodType, at: ReadDocument['at']): Problem[] {
  const path = issue.path.filter((segment): segment is PathSegment => typeof segment !== 'symbol');
  const what = path.length === 0 ? 'the document' : `\`${pathText(path)}\``;
  const last = path.at(-1);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const fields = fieldsAt(model, path);
      return issue.keys.map((key) => {
        const meant = nearest(key, fields);
        const fix = meant ? `did you mean \`${meant}\`?` : `use one of ${words(fields)}, or remove it`;
        const message = `there is no field \`${key}\` ${path.length === 0 ? 'here' : `in ${what}`}`;
        return problem(at([...path, key], 'key'), 'manifest.unknown_field', message, fix);
      });
    }
    case 'invalid_type':
      if (issue.input === undefined) {
        const message = `${what} is missing`;
        return [problem(at(path), 'manifest.missing_field', message, `add \`${String(last)}: …\` here`)];
      }
      return [typeProblem(what, issue.expected, issue.input, path, at(path))];
    case 'invalid_value':
      return [wordProblem(what, issue.values.map(String), issue.input, at(path))];
    case 'invalid_union': {
      const message = `${what} has a type that is not known`;
      return [problem(at(path), 'manifest.bad_value', message, `use one of ${words(AUTH_PROVIDERS)}`)];
    }
    case 'too_small': {
      const empty = issue.origin === 'array' || issue.origin === 'string';
      const message = empty ? `${what} is empty` : `${what} is smaller than ${issue.minimum}`;
      const fix = empty ? 'write at least one, or remove the entry' : `use ${issue.minimum} or more`;
      return [problem(at(path), 'manifest.bad_value', message, fix)];
    }
    case 'too_big':
      return [
        problem(at(path), 'manifest.bad_value', `${what} is too large`, `use at most ${issue.maximum}`),
      ];
    default:
      return [problem(at(path), 'manifest.bad_value', `${what} is not valid`, 'see the manifest reference')];
  }
}

function typeProblem(
  what: string,
  expected: string,
  input: unknown,
  path: readonly PathSegment[],
  at: ReturnType<ReadDocument['at']>,
): Problem {
  if (path.at(-1) === 'password') {
    const fix = 'write `password: { from_env: VARIABLE }` and set the variable where postern runs';
    return problem(at, 'manifest.bad_value', 'a password is never written into a manifest', fix);
  }
  const scalar = typeof input !== 'object';
  const message = `${what} must be ${NOUNS[expected] ?? expected}, not ${scalar ? `\`${JSON.stringify(input)}\`` : noun(input)}`;
  const fix =
    path.at(-2) === 'members' && scalar
      ? `write \`{ name: ${String(input)} }\``
      : expected === 'string' && scalar
        ? `put it in quotes: \`"${String(input)}"\``
        : expected === 'array'
          ? 'write a list: `[one, two]`, or one `- item` a line'
          : expected === 'boolean'
            ? 'write `true` or `false`, without quotes'
            : `write ${NOUNS[expected] ?? expected} here`;
  return problem(at, 'manifest.bad_value', message, fix);
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a map of fields',
  record: 'a map of names',
  int: 'a whole number',
  number: 'a number',
};

function noun(input: unknown): string {
  return Array.isArray(input) ? 'a list' : 'a map of fields';
}

function wordProblem(
  what: string,
  values: readonly string[],
  input: unknown,
  at: ReturnType<ReadDocument['at']>,
): Problem {
  if (input === undefined) {
    return problem(at, 'manifest.missing_field', `${what} is missing`, `use one of ${words(values)}`);
  }
  const message = `${what} cannot be \`${String(typeof input === 'object' ? noun(input) : input)}\``;
  const meant = typeof input === 'string' ? nearest(input, values) : undefined;
  const fix = meant ? `did you mean \`${meant}\`?` : `use one of ${words(values)}`;
  return problem(at, 'manifest.bad_value', message, fix);
}

const words = (values: readonly string[]) => values.map((value) => `\`${value}\``).join(', ');

/** Fields that the model has at a path; none where it is no object. */
function fieldsAt(model: z.ZodType, path: readonly PathSegment[]): string[] {
  let at = unwrapped(model);
  for (const segment of path) {
    const def = at?._zod.def as unknown as Definition | undefined;
    if (def?.type === 'object') at = unwrapped(def.shape?.[String(segment)]);
    else if (def?.type === 'array') at = unwrapped(def.element);
    else if (def?.type === 'record') at = unwrapped(def.valueType);
    else return [];
  }
  const def = at?._zod.def as unknown as Definition | undefined;
  return Object.keys(def?.shape ?? {});
}

/** What zod keeps of a schema, as far as it is looked at here. */
interface Definition {
  readonly type: string;
  readonly shape?: Record<string, z.ZodType>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly innerType?: z.ZodType;
}

function unwrapped(model: z.ZodType | undefined): z.ZodType | undefined {
  let inner = model;
  for (;;) {
    const next = (inner?._zod.def as unknown as Definition | undefined)?.innerType;
    if (!next) return inner;
    inner = next;
  }
}
