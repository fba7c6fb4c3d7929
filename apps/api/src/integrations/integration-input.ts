import { z } from 'zod';
import { input } from '../errors/parse-input.js';
import { isKnownPattern } from './event-types.js';

export interface IntegrationInput {
  name: string;
  kind: string;
  url: string;
  format?: string | null;
  eventTypes: string[];
  authorization?: string | null;
  enabled?: boolean | null;
}

const SCHEMES: Readonly<Record<string, readonly string[]>> = {
  webhook: ['https:'],
  https: ['https:'],
  syslog: ['syslog+tls:', 'syslog+tcp:'],
};
/** Without TLS: in a network of one's own. */
const PRIVATE_SCHEMES: Readonly<Record<string, readonly string[]>> = { webhook: ['http:'], https: ['http:'] };

const schema = z.object({
  name: input.name,
  kind: z.enum(['webhook', 'https', 'syslog'], 'must be webhook, https or syslog'),
  url: z.url('must be an address').max(2_000, 'must have at most 2,000 characters'),
  format: z
    .enum(['json', 'ocsf'], 'must be json or ocsf')
    .nullish()
    .transform((given) => given ?? 'json'),
  eventTypes: z
    .array(z.string().refine(isKnownPattern, 'must be a kind of event, like `rule.created`, `rule.*` or `*`'))
    .min(1, 'must name at least one')
    .max(100, 'must name at most 100'),
  authorization: z
    .string()
    .max(4_000, 'must have at most 4,000 characters')
    .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII')
    .nullish(),
  enabled: z
    .boolean()
    .nullish()
    .transform((given) => given ?? true),
});

/** What an integration may be; where it may point to is checked again, address by address, when something is sent. */
export const integrationInput = (allowPrivate: boolean) =>
  schema.superRefine((given, context) => {
    if (!URL.canParse(given.url)) return;
    const { protocol, username, hostname, hash } = new URL(given.url);
    const schemes = [
      ...(SCHEMES[given.kind] ?? []),
      ...(allowPrivate ? (PRIVATE_SCHEMES[given.kind] ?? []) : []),
    ];
    const problem = !schemes.includes(protocol)
      ? `must begin with ${schemes.map((scheme) => `\`${scheme}//\``).join(' or ')}`
      : username !== '' || hash !== ''
        ? 'must hold neither a user nor a fragment'
        : hostname === ''
          ? 'must name a host'
          : undefined;
    if (problem) context.addIssue({ code: 'custom', path: ['url'], message: problem });
    if (given.authorization && given.kind !== 'https')
      context.addIssue({
        code: 'custom',
        path: ['authorization'],
        message: 'is for https destinations only',
      });
  });
