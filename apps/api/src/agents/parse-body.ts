import { PosternError } from '@postern/core/errors';
import type { z } from 'zod';

/** A message of the protocol, or `input.invalid` that names the first field at fault. Unknown fields are ignored. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new PosternError(
    'input.invalid',
    `the message is not as the protocol says: ${issue?.message.toLowerCase()}`,
    {
      ...(field === '' ? {} : { field }),
      fix: 'use an agent that speaks the same version of the protocol',
    },
  );
}
