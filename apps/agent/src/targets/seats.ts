import { PosternError } from '@postern/core/errors';

/** The right to one database session. */
export interface Seat {
  release(): void;
}

/** How many database sessions people may have at once on one connection, console tabs and PostgreSQL clients together. */
export class Seats {
  readonly #slug: string;
  readonly #most: number;
  readonly #mostPerPerson: number;
  /** Who sits there. */
  readonly #taken = new Map<Seat, string>();

  constructor(of: { slug: string; maxSessions: number; maxSessionsPerPerson: number }) {
    this.#slug = of.slug;
    this.#most = of.maxSessions;
    this.#mostPerPerson = of.maxSessionsPerPerson;
  }

  take(principalId: string): Seat {
    const own = [...this.#taken.values()].filter((id) => id === principalId).length;
    if (own >= this.#mostPerPerson) {
      const message = `you have ${own} open sessions on \`${this.#slug}\`, as many as this agent allows`;
      throw full(message, 'close a console tab or a client that you do not need');
    }
    if (this.#taken.size >= this.#most) {
      const message = `\`${this.#slug}\` has ${this.#taken.size} open sessions, as many as this agent allows`;
      throw full(message, 'close what you do not need, or try again later');
    }
    const seat: Seat = { release: () => void this.#taken.delete(seat) };
    this.#taken.set(seat, principalId);
    return seat;
  }
}

const full = (message: string, fix: string) => new PosternError('connection.unavailable', message, { fix });
