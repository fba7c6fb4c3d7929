const SETTING = 'application_name';
/** PostgreSQL's own length of it (NAMEDATALEN - 1). */
const LENGTH_MAX = 63;

/**
 * The name by which `pg_stat_activity` shows whose session it is: `postern:<e-mail>`, and behind it what the client calls
 * itself. Clients set `application_name` as they like; the agent puts the person back in front of it.
 */
export class OwnName {
  /** To connect with, so that RESET returns to it. */
  readonly atStart: string;
  readonly #mine: string;
  #now: string;

  constructor(email: string, application = '') {
    this.#mine = shown(`postern:${email}`);
    this.atStart = shown(`${this.#mine} ${application}`).trimEnd();
    this.#now = this.atStart;
  }

  /** The server reported a setting. */
  reported(name: string, value: string): void {
    if (name === SETTING) this.#now = value;
  }

  get isLost(): boolean {
    return this.#now !== this.#mine && !this.#now.startsWith(`${this.#mine} `);
  }

  /** Puts it back; does nothing where it stands. Nothing in it can be anybody's but pg_catalog's. */
  get statement(): string {
    const mine = `'${this.#mine.replaceAll("'", "''")} '`;
    const now = `pg_catalog.current_setting('${SETTING}')`;
    return `select pg_catalog.set_config('${SETTING}', pg_catalog.rtrim(pg_catalog.concat(${mine}, ${now})), false)
      where not pg_catalog.starts_with(pg_catalog.concat(${now}, ' '), ${mine})`;
  }
}

/** As the server would show it, whichever version it is: ASCII, cut to its length. */
const shown = (name: string): string => name.replace(/[^\x20-\x7e]/g, '?').slice(0, LENGTH_MAX);

/** Whether a text may set it, seen from afar: the name can be written with escapes. */
export const mayRename = (sql: string): boolean => /application_name|\\|uescape/i.test(sql);
