import { literalText, type Piece, pieces } from './pieces.js';
import { isSecretFunction, isSecretText, isSecretWord, namesSecret } from './secret-names.js';

/** What stands where a secret stood, and where any literal stood. */
const BLANK = "'***'";
const ANY = '?';

/** What was taken out of a text. */
export type Redacted = 'secrets' | 'columns' | 'literals';

export interface RedactOptions {
  /** Literals to blank by where they begin; `all`: every one, and comments. */
  readonly literals: 'all' | readonly number[];
  /** The text could be parsed; else words where secrets stand are blanked as well. */
  readonly isUnderstood: boolean;
  /** Literals inside of literals, such as bodies of functions, are blanked: what they do with the columns is not known. */
  readonly inBodies?: boolean;
}

export interface RedactedText {
  readonly text: string;
  readonly redacted: readonly Redacted[];
}

/** Texts in texts in texts: nobody writes more, and each level halves what is left. */
const MAX_DEPTH = 8;

const PLAIN: RedactOptions = { literals: [], isUnderstood: false };

/**
 * A text with its secrets blanked out: passwords of roles, user mappings, servers and subscriptions, what secret functions are given,
 * settings that name a secret, connection strings and tokens that are one, and the same inside strings and bodies that hold SQL. The
 * rest stays as it was.
 */
export function redactSecrets(sql: string): string {
  return redactText(sql, PLAIN).text;
}

/** The same, and the literals that `options` names. Never fails; takes time in proportion to the text. */
export function redactText(sql: string, options: RedactOptions): RedactedText {
  const redactor = new Redactor(sql, options, 0);
  return { text: redactor.run(), redacted: [...redactor.redacted] };
}

class Redactor {
  readonly #sql: string;
  readonly #options: RedactOptions;
  readonly #depth: number;
  readonly #isAll: boolean;
  readonly #sensitive: ReadonlySet<number>;
  readonly redacted = new Set<Redacted>();
  /** A word was said that makes the next value a secret; `assigned`: and a sign that a value follows. */
  #afterSecretWord = false;
  #isAssigned = false;
  /** `,` makes the next value a secret: the literal before it named one. */
  #afterSecretName = false;
  #afterSecretFunction = false;
  /** Open parentheses of a secret function's call. */
  #secretDepth = 0;
  #afterProgram = false;
  /** CREATE or ALTER ROLE: no `=` stands before the password. */
  #isRole = false;
  /** `SET name`: a custom setting's value may be a bare word. */
  #isSetting = false;
  /** A minus that belongs to the literal behind it was marked. */
  #isSigned = false;

  constructor(sql: string, options: RedactOptions, depth: number) {
    this.#sql = sql;
    this.#options = options;
    this.#depth = depth;
    this.#isAll = options.literals === 'all';
    this.#sensitive = new Set(options.literals === 'all' ? [] : options.literals);
  }

  run(): string {
    let result = '';
    for (const piece of pieces(this.#sql)) result += this.#piece(piece);
    return result;
  }

  #piece(piece: Piece): string {
    const raw = this.#sql.slice(piece.start, piece.end);
    switch (piece.kind) {
      case 'space':
        return raw;
      case 'comment':
        return this.#comment(raw);
      case 'string':
      case 'dollar':
        return this.#literal(raw, piece.start);
      case 'number':
        return this.#number(raw, piece.start);
      case 'word':
      case 'quoted':
        return this.#word(raw, piece);
      case 'sign':
        return this.#sign(raw, piece.start);
    }
  }

  #comment(raw: string): string {
    const blank = raw.startsWith('--') ? '-- ***' : '/* *** */';
    if (this.#isAll) return this.#note('literals', blank);
    return isSecretText(raw) || redactInner(raw, this.#depth) !== raw ? this.#note('secrets', blank) : raw;
  }

  #literal(raw: string, start: number): string {
    const isSecretPlace = this.#isSecretPlace();
    const isProgram = this.#afterProgram;
    const inner = literalText(raw);
    this.#valueSeen();
    this.#afterSecretName = namesSecret(inner);
    if (isSecretPlace) return this.#note('secrets', this.#isAll ? ANY : BLANK);
    if (this.#isAll) return this.#note('literals', ANY);
    if (this.#sensitive.has(start) || this.#takeSign()) return this.#note('columns', BLANK);
    if (isProgram) return this.#note('secrets', programOf(inner));
    if (raw.startsWith('$')) return this.#body(raw, inner);
    if (isSecretText(inner)) return this.#note('secrets', BLANK);
    if (!/['$]/.test(inner)) return raw;
    const safe = this.#depth >= MAX_DEPTH ? BLANK : this.#inner(inner);
    return safe === inner ? raw : this.#note('secrets', BLANK);
  }

  /** A dollar-quoted text is mostly a program: it stays, without what is secret in it. */
  #body(raw: string, inner: string): string {
    if (this.#depth >= MAX_DEPTH) return this.#note('secrets', BLANK);
    const dollar = /^\$[^$]*\$/.exec(raw)?.[0] ?? '$$';
    const safe = this.#inner(inner)
      .replace(/(\b(?:ssl)?pass(?:word|wd|file)?\s*=\s*)[^\s'$]+/gi, '$1***')
      .replace(/(:\/\/[^\s/@:]*:)[^\s@]*@/g, '$1***@');
    if (safe === inner) return raw;
    const isSafe = !isSecretText(safe.replaceAll('***', ''));
    return this.#note('secrets', isSafe ? `${dollar}${safe}${raw.endsWith(dollar) ? dollar : ''}` : BLANK);
  }

  #inner(inner: string): string {
    const literals = this.#options.inBodies === true ? 'all' : [];
    return new Redactor(inner, { ...this.#options, literals, isUnderstood: false }, this.#depth + 1).run();
  }

  #number(raw: string, start: number): string {
    const isSecretPlace = this.#isSecretPlace();
    this.#valueSeen();
    this.#afterSecretName = false;
    if (isSecretPlace) return this.#note('secrets', this.#isAll ? ANY : BLANK);
    if (this.#isAll) return this.#note('literals', ANY);
    return this.#sensitive.has(start) || this.#takeSign() ? this.#note('columns', BLANK) : raw;
  }

  #word(raw: string, { kind, start }: Piece): string {
    this.#afterSecretName = false;
    const lower = raw.toLowerCase();
    // As `true`, which is a literal too.
    if (this.#sensitive.has(start)) return this.#note('columns', BLANK);
    if (this.#isBareSecret(kind, lower)) {
      this.#valueSeen();
      return this.#note('secrets', this.#isAll ? ANY : BLANK);
    }
    if (lower === 'to' && this.#afterSecretWord) {
      this.#isAssigned = true;
      return raw;
    }
    if (kind === 'word') this.#keyword(lower);
    const name = raw.replaceAll('"', '');
    this.#afterSecretWord = isSecretWord(raw);
    this.#isAssigned = false;
    this.#afterSecretFunction = isSecretFunction(name);
    this.#afterProgram = lower === 'program';
    return raw;
  }

  #keyword(lower: string): void {
    if (lower === 'set') this.#isSetting = true;
    if (['role', 'user', 'group'].includes(lower)) this.#isRole = true;
  }

  /** `SET my.secret TO hunter2`, and in what could not be parsed `PASSWORD hunter2` and `password = hunter2`. */
  #isBareSecret(kind: Piece['kind'], lower: string): boolean {
    if (!this.#afterSecretWord || ['null', 'default', 'to', 'from'].includes(lower)) return false;
    if (this.#isAssigned) return this.#isSetting || !this.#options.isUnderstood;
    return !this.#options.isUnderstood && this.#isRole && (kind === 'quoted' || !KEYWORDS.has(lower));
  }

  #sign(raw: string, start: number): string {
    if (raw === '-' || raw === '+') this.#isSigned = this.#sensitive.has(start);
    if (this.#secretDepth > 0) this.#secretDepth += raw === '(' ? 1 : raw === ')' ? -1 : 0;
    else if (raw === '(' && this.#afterSecretFunction) this.#secretDepth = 1;
    this.#afterSecretFunction = false;
    // `=`, `:=` and `=>`, but neither `>` nor `::`.
    if (raw === ':') return raw;
    if (raw === '=' || (raw === '>' && this.#isAssigned)) {
      this.#isAssigned = this.#afterSecretWord;
      return raw;
    }
    this.#afterSecretWord = raw === ',' && this.#afterSecretName;
    this.#isAssigned = false;
    this.#afterSecretName = false;
    if (raw === ';') this.#statementOver();
    return raw;
  }

  #statementOver(): void {
    this.#secretDepth = 0;
    this.#isRole = false;
    this.#isSetting = false;
  }

  #isSecretPlace(): boolean {
    return this.#afterSecretWord || this.#secretDepth > 0;
  }

  #takeSign(): boolean {
    const isSigned = this.#isSigned;
    this.#isSigned = false;
    return isSigned;
  }

  #valueSeen(): void {
    this.#afterSecretWord = false;
    this.#isAssigned = false;
    this.#afterProgram = false;
    this.#afterSecretFunction = false;
  }

  #note(what: Redacted, text: string): string {
    this.redacted.add(what);
    return text;
  }
}

/** What may follow PASSWORD in a text about roles without being one. */
const KEYWORDS: ReadonlySet<string> = new Set(['valid', 'in', 'with', 'login', 'nologin', 'and', 'or', 'is']);

/** The program of COPY … PROGRAM, without what it is given. */
function programOf(command: string): string {
  const program = /^\s*([\w./-]+)(?=\s|$)/.exec(command)?.[1];
  if (program === undefined) return BLANK;
  return program === command.trim() ? `'${program}'` : `'${program} ***'`;
}

function redactInner(comment: string, depth: number): string {
  if (depth >= MAX_DEPTH) return '';
  const opening = comment.slice(0, 2);
  const inner = comment.slice(2);
  return opening + new Redactor(inner, PLAIN, depth + 1).run();
}
