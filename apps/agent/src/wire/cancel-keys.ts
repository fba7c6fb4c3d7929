import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** A key that a client may cancel its own session with. */
export interface CancelKey {
  readonly processId: number;
  readonly secretKey: Buffer;
  release(): void;
}

/** Resolves once the database was told, so that a later statement is not hit. */
type Cancel = () => Promise<void> | undefined;

/** Keys given to clients: the agent's own, so that the database's are known to nobody else. */
export class CancelKeys {
  readonly #keys = new Map<number, { secretKey: Buffer; cancel: Cancel }>();

  issue(cancel: Cancel): CancelKey {
    let processId = 0;
    do processId = randomInt(1, 2 ** 31);
    while (this.#keys.has(processId));
    const secretKey = randomBytes(4);
    this.#keys.set(processId, { secretKey, cancel });
    return { processId, secretKey, release: () => void this.#keys.delete(processId) };
  }

  /** A cancel request is never answered: whether its key was right is nobody's business. */
  async use(processId: number, secretKey: Buffer): Promise<void> {
    const known = this.#keys.get(processId);
    if (known && known.secretKey.length === secretKey.length && timingSafeEqual(known.secretKey, secretKey)) {
      await known.cancel();
    }
  }
}
