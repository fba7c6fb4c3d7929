import { PosternError } from '@postern/core/errors';
import type { z } from 'zod';

/** A body of the shape that an endpoint takes; throws `input.invalid`, which names the field. */
export function parsed<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path.join('.') ?? '';
  const message = field === '' ? 'the body is not valid' : `\`${field}\` is not valid`;
  throw new PosternError('input.invalid', message, { field, fix: 'correct the request' });
}
