/** The schemas in which names without one are looked for; pg_catalog is always among them. */
export class SearchPath {
  /** The same for paths in which every name means the same. */
  readonly key: string;
  readonly #schemas: ReadonlySet<string> | undefined;
  readonly #withTemp: boolean;

  private constructor(schemas: ReadonlySet<string> | undefined, withTemp: boolean) {
    this.#schemas = schemas;
    this.#withTemp = withTemp;
    this.key =
      schemas === undefined ? '*' : `${withTemp ? 'temp' : ''}${JSON.stringify([...schemas].sort())}`;
  }

  /** Every schema: nobody knows which. */
  static readonly ANY = new SearchPath(undefined, true);
  /** Of definitions that were read with an empty search_path: what is not qualified is PostgreSQL's own. */
  static readonly DEFINITION = new SearchPath(new Set(), false);

  static of(schemas: Iterable<string>): SearchPath {
    return new SearchPath(new Set([...schemas].map(schemaName)), true);
  }

  /** Functions and operators are never looked for in pg_temp. */
  hasCode(schema: string): boolean {
    if (schema === 'pg_catalog') return true;
    return schema !== TEMP && (this.#schemas === undefined || this.#schemas.has(schema));
  }

  /** Relations and types are looked for in pg_temp first. */
  hasData(schema: string): boolean {
    return schema === TEMP ? this.#withTemp : this.hasCode(schema);
  }
}

const TEMP = 'pg_temp';
/** Names are cut at 63 bytes, or somewhat before in the middle of a character. */
const CERTAIN_LENGTH = 55;

/** `pg_temp_3` is the `pg_temp` of some session. */
export function schemaName(schema: string): string {
  return schema.startsWith(TEMP) && /^pg_temp(_\d+)?$/.test(schema) ? TEMP : nameKey(schema);
}

/**
 * The same for names that a server may take for one. How it folds letters outside ASCII, and where it cuts long names,
 * depends on the database's encoding, which the parser does not know.
 */
export function nameKey(name: string): string {
  return isCertain(name) ? name : `?${name.slice(0, 15).toLowerCase()}`;
}

/** Hot: for every object of a catalog. */
function isCertain(name: string): boolean {
  if (name.length > CERTAIN_LENGTH) return false;
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) > 0x7e) return false;
  return true;
}
