import { type Command, InvalidArgumentError } from 'commander';

const EXAMPLES = `
Every event carries a hash over the one before it. This makes them again, needs no server and no configuration, and names the
first event that is not as it was recorded. A file that begins in the middle of a chain is checked from there on.

  postern audit verify events.jsonl             # exported from the control plane, one JSON object a line
  postern audit verify /var/lib/postern/audit   # what the agent keeps until the control plane has it

With copies of the control plane's anchors, which it keeps in a file or an object store, a trail that was cut back or made anew is found
as well. Keys are what it publishes at /.well-known/jwks.json; take your own copy of them.

  postern audit verify events.jsonl --anchors anchors/ --keys jwks.json
  postern audit verify events.jsonl --anchors https://s3.example.com/bucket/<organisation> --keys jwks.json

An object store is read with the key that POSTERN_AUDIT_ANCHOR_S3_KEY_ID and POSTERN_AUDIT_ANCHOR_S3_SECRET_FILE (and …_REGION) name; it must
be allowed to list and to read. With --from and --to only what lies between is checked; anchors are held against all of the file.

Exit codes: 0 whole, 1 something is wrong, 66 not readable.`;

/** Adds `postern audit verify` to the program. */
export function addAuditCommands(program: Command): void {
  program
    .command('audit')
    .description('check an audit trail')
    .command('verify')
    .argument('<path>', 'a file of exported events, or the directory of the agent’s audit segments')
    .description('say whether a trail is whole')
    .option('--from <instant>', 'only events from then on, such as 2026-11-22T08:00:00Z', instant)
    .option('--to <instant>', 'only events before then', instant)
    .option(
      '--anchors <path or url>',
      'copies of signed anchors: a file with one a line, a folder of .jws files, or a folder of an object store',
    )
    .option('--keys <file or url>', "the control plane's public keys (a JSON Web Key Set)")
    .addHelpText('after', EXAMPLES)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 64))
    .action(runAndExit);
}

interface Options {
  readonly anchors?: string;
  readonly keys?: string;
  readonly from?: Date;
  readonly to?: Date;
}

function instant(text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('write an instant such as `2026-11-22T08:00:00Z`');
  return at;
}

async function runAndExit(path: string, options: Options): Promise<void> {
  const [{ verifyTrail }, { AnchorsRefused }] = await Promise.all([
    import('./verify.js'),
    import('./anchors.js'),
  ]);
  try {
    const { chains, events, heads, problem } = await verifyTrail(path, await anchorsOf(options), options);
    const held = heads === undefined ? '' : `, held against ${heads} signed heads`;
    if (problem === undefined) process.stdout.write(`whole: ${events} events in ${chains} chains${held}\n`);
    else {
      process.stdout.write(
        `not whole: ${problem.chain}: ${problem.message}\n  ${events} events before it are good\n`,
      );
      process.exitCode = 1;
    }
  } catch (error) {
    if (error instanceof AnchorsRefused) {
      process.stderr.write(`postern audit verify: the anchors do not hold: ${error.message}\n`);
      process.exitCode = 1;
      return;
    }
    const { code, message } = error as NodeJS.ErrnoException;
    process.stderr.write(`postern audit verify: \`${path}\` can not be checked (${code ?? message})\n`);
    process.exitCode = 66;
  }
}

async function anchorsOf({ anchors, keys }: Options) {
  if (anchors === undefined && keys === undefined) return undefined;
  if (anchors === undefined || keys === undefined)
    throw new Error('`--anchors` and `--keys` go together: give both');
  const [{ copiesIn, readAnchors, readCopies }, { readKeys }, { createLocalJWKSet }] = await Promise.all([
    import('./anchors.js'),
    import('../report-cli/read-keys.js'),
    import('jose'),
  ]);
  const copies = /^https?:\/\//.test(anchors)
    ? copiesIn(await (await import('./object-store.js')).readStoredCopies(anchors, process.env))
    : await readCopies(anchors);
  return readAnchors(copies, createLocalJWKSet(await readKeys(keys)));
}
