import { PosternError } from '@postern/core/errors';
import { z } from 'zod';

/** What people type, by meaning. Messages go behind the name of the field. */
export const input = {
  name: z.string().trim().min(1, 'must not be empty').max(100, 'must have at most 100 characters'),
  description: z.string().trim().max(500, 'must have at most 500 characters'),
  slug: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9_-]{0,48}[a-z0-9])?$/,
      'must have 1 to 50 lower-case letters, digits, `-` or `_`, and begin and end with a letter or digit',
    ),
  email: z
    .string()
    .trim()
    .toLowerCase()
    .max(254, 'must have at most 254 characters')
    .pipe(z.email('must be an e-mail address')),
  positive: (what: string, most: number) =>
    z.number().int().min(1, `must be at least 1 ${what}`).max(most, `must be at most ${most} ${what}`),
};

/** Parses what came in over an edge; the first problem becomes an error that names the field. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  const text = issue?.message ?? 'is not valid';
  throw new PosternError('input.invalid', `\`${field}\` ${text}`, { field, fix: `correct \`${field}\`` });
}
