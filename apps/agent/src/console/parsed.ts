import { PosternError } from '@postern/core/errors';
import type { z } from 'zod';

/** What a request carries, of the shape that its endpoint takes; else `input.invalid`. */
export function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path.join('.') ?? '';
  throw new PosternError(
    'input.invalid',
    field === '' ? 'the body is not valid' : `\`${field}\` is not valid`,
    {
      field,
      fix: 'correct the request',
    },
  );
}
