import { guardNames } from '@postern/core/policy';
import type { ConnectionEvidence } from '@postern/protocol/evidence';
import { errorFacts, type Logger } from '../log.js';
import { connectWalled, type Walls } from '../targets/connect.js';
import { type Baseline, lookAt } from './look.js';

const EVERY_MS = 300_000;
/** The first look, which the others count from: not while everything else begins. */
const FIRST_AFTER_MS = 20_000;
/** A look that has nothing to tell is sent this often all the same: silence would look like a gap. */
const SILENT_MS = 3_600_000;

const WALLS: Walls = {
  readOnly: true,
  statementTimeoutMs: 10_000,
  lockTimeoutMs: 2_000,
  idleInTransactionTimeoutMs: 10_000,
};

interface Watched {
  readonly slug: string;
  readonly url: string;
  baseline: Baseline | undefined;
  since: string;
  sentAt: number;
}

/** The user of a connection URL; undefined: the driver takes it from elsewhere, the database will say. */
function loginOf(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url).username) || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Looks every few minutes at what each database says of its own activity and sends what concerns the agent's logins, so that
 * the control plane can tell what went past Postern. A look that fails is a gap that the report shows; nothing depends on it.
 */
export class EvidenceReporter {
  readonly #watched: Watched[];
  readonly #logins: string[];
  readonly #send: (connections: ConnectionEvidence[]) => Promise<void>;
  readonly #log: Logger;
  #first: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(options: {
    connections: readonly { slug: string; url: string }[];
    send: (connections: ConnectionEvidence[]) => Promise<void>;
    log: Logger;
  }) {
    const since = new Date().toISOString();
    this.#watched = options.connections.map(({ slug, url }) => ({
      ...{ slug, url, since, sentAt: 0 },
      baseline: undefined,
    }));
    this.#logins = [
      ...new Set(
        options.connections.flatMap(({ slug, url }) => [loginOf(url) ?? [], ...guardNames(slug)].flat()),
      ),
    ];
    this.#send = options.send;
    this.#log = options.log;
  }

  start(): void {
    this.#first = setTimeout(() => void this.look(), FIRST_AFTER_MS);
    this.#timer = setInterval(() => void this.look(), EVERY_MS);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#first);
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Looks at every database once and sends what there is to tell; calls while one runs share it. */
  look(): Promise<void> {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookAtAll(): Promise<void> {
    for (const watched of this.#watched)
      await this.#tellOf(watched).catch((error: unknown) =>
        this.#log.debug({ slug: watched.slug, ...errorFacts(error) }, 'no evidence could be read or sent'),
      );
  }

  /** Only what arrived is told: otherwise the next look begins where this one began. */
  async #tellOf(watched: Watched): Promise<void> {
    const { evidence, baseline } = await this.#lookAtOne(watched);
    const { sessions, statements, others } = evidence;
    const isSilent = sessions.length + statements.length + others.length === 0;
    if (isSilent && Date.now() - watched.sentAt < SILENT_MS) return;
    await this.#send([evidence]);
    watched.baseline = baseline;
    watched.since = evidence.at;
    watched.sentAt = Date.now();
  }

  async #lookAtOne({
    slug,
    url,
    since,
    baseline,
  }: Watched): Promise<{ evidence: ConnectionEvidence; baseline: Baseline }> {
    const { client } = await connectWalled(slug, url, WALLS, 'postern:evidence');
    try {
      const at = new Date().toISOString();
      const look = await lookAt(client, this.#logins, baseline);
      return { evidence: { slug, since, at, ...look.evidence }, baseline: look.baseline };
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
