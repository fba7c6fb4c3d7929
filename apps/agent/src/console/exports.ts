import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { PosternError } from '@postern/core/errors';
import type { z } from 'zod';
import { ExportDelivery } from '../export/export-delivery.js';
import { FORMATS } from '../export/formats.js';
import type { RunOutcome } from '../session/outcome.js';
import type { StatementRequest, StatementRunner } from '../session/run-statement.js';
import type { Owner, Tabs } from '../session/tabs.js';
import { boundValues } from '../targets/bound-parameters.js';
import type { ExportProgress, exportRequest } from './contract.js';

type Asked = z.output<typeof exportRequest>;

interface Export {
  readonly owner: Owner;
  readonly asked: Asked;
  expiresAt: number;
  delivery: ExportDelivery | undefined;
  state: ExportProgress['state'];
  message: string | null;
  transaction: ExportProgress['transaction'];
}

/** A ticket is good for this long, and the end of an export is told for as long. */
const KEPT_MS = 60_000;
/** Of one sign-in: nobody can keep others from theirs. */
const EXPORTS_MAX = 20;

/** Files that people asked for: first a ticket, by which a browser may then fetch the file with its own means. */
export class Exports {
  readonly #runner: StatementRunner;
  readonly #tabs: Tabs;
  readonly #exports = new Map<string, Export>();

  constructor(parts: { runner: StatementRunner; tabs: Tabs }) {
    this.#runner = parts.runner;
    this.#tabs = parts.tabs;
  }

  /** Throws where the export would be refused, which is recorded. */
  async ticket(owner: Owner, asked: Asked): Promise<string> {
    this.#forgetOld();
    const own = [...this.#exports.values()].filter(isOf(owner));
    if (own.length >= EXPORTS_MAX) {
      throw new PosternError('input.invalid', 'you have too many exports at a time', {
        fix: 'try again in a minute',
      });
    }
    await this.#runner.check(requestOf(owner, asked));
    const id = randomBytes(18).toString('base64url');
    const expiresAt = performance.now() + KEPT_MS;
    const start = { delivery: undefined, message: null, transaction: null };
    this.#exports.set(id, { owner, asked, expiresAt, state: 'waiting', ...start });
    return id;
  }

  /** Runs the statement and resolves with the file once it begins. Throws what kept it from beginning. */
  async file(owner: Owner, id: string): Promise<{ file: PassThrough; asked: Asked }> {
    const found = this.#of(owner, id);
    if (found.state !== 'waiting') throw gone();
    found.state = 'running';
    const { asked } = found;
    const { writer, around } = FORMATS[asked.format];
    const file = new PassThrough();
    const cancel = () => this.#tabs.cancel(owner, asked.tab);
    const delivery = new ExportDelivery(writer(asked.table), around ? around(file) : file, (error) => {
      found.message = error instanceof PosternError ? error.message : 'the file could not be written';
      cancel();
    });
    found.delivery = delivery;
    // Whoever fetches it has gone.
    file.on('close', () => found.state === 'running' && cancel());
    const running = this.#run(found, delivery, file);
    await Promise.race([delivery.started, running]);
    return { file, asked };
  }

  progress(owner: Owner, id: string): ExportProgress {
    const { state, delivery, message, transaction } = this.#of(owner, id);
    return { state, rows: delivery?.sent.rows ?? 0, bytes: delivery?.sent.bytes ?? 0, message, transaction };
  }

  async #run(found: Export, delivery: ExportDelivery, file: PassThrough): Promise<void> {
    let hasBegun = false;
    void delivery.started.then(() => {
      hasBegun = true;
    });
    try {
      const outcome = await this.#runner.run({ ...requestOf(found.owner, found.asked), delivery });
      found.transaction = outcome.transaction;
      if (outcome.failure || found.message !== null) throw failed(outcome, found.message);
      await delivery.end();
      found.state = 'done';
    } catch (error) {
      const isCancel = error instanceof PosternError && error.code === 'sql.cancelled' && !found.message;
      found.state = isCancel ? 'cancelled' : 'failed';
      found.message ??= error instanceof PosternError ? error.message : 'something went wrong in the agent';
      // A file that ends early must not look like a whole one.
      file.destroy(hasBegun ? new Error('the export did not come to its end') : undefined);
      if (!hasBegun) throw error;
    } finally {
      found.expiresAt = performance.now() + KEPT_MS;
    }
  }

  #of(owner: Owner, id: string): Export {
    const found = this.#exports.get(id);
    if (!found || !isOf(owner)(found)) throw gone();
    return found;
  }

  #forgetOld(): void {
    for (const [id, { state, expiresAt }] of this.#exports) {
      if (state !== 'running' && expiresAt < performance.now()) this.#exports.delete(id);
    }
  }
}

const isOf =
  ({ consoleSession }: Owner) =>
  (one: Export): boolean =>
    one.owner.consoleSession === consoleSession;

const requestOf = (owner: Owner, { connection, tab, sql, parameters }: Asked): StatementRequest => ({
  ...{ owner, connection, tab, sql },
  ...boundValues(parameters),
  path: 'console',
  isExport: true,
});

const gone = () =>
  new PosternError('input.invalid', 'there is no such export, or it was fetched before', {
    fix: 'export it again',
  });

function failed({ failure }: RunOutcome, message: string | null): PosternError {
  if (message !== null) return new PosternError('input.invalid', message, {});
  const { code = 'sql.failed', message: said = '', fix } = failure ?? {};
  return new PosternError(code, said, fix === undefined ? {} : { fix });
}
