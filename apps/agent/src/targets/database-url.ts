/**
 * What a connection's URL may say. Everything that raises a wall or names the person is the agent's own to set, so a
 * parameter outside this list is refused rather than passed on: node-postgres lets the URL win over the program.
 */
const ALLOWED_PARAMETERS = new Set(['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'uselibpqcompat']);

/** What is wrong with a database URL, without repeating any of it; undefined when nothing is. */
export function databaseUrlProblem(text: string): { message: string; fix: string } | undefined {
  const fix = 'write it as "postgres://user:password@host:5432/database"';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { message: 'is not a URL', fix };
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    return { message: 'is not a postgres:// URL', fix };
  }
  if (url.hostname === '' && !url.searchParams.has('host')) return { message: 'names no host', fix };
  if (url.username === '') return { message: 'names no user', fix };
  if (url.pathname.length < 2) return { message: 'names no database', fix };
  const foreign = [...url.searchParams.keys()].filter((name) => !ALLOWED_PARAMETERS.has(name));
  if (foreign.length > 0) {
    const names = foreign.map((name) => `\`${name}\``).join(', ');
    return {
      message: `has parameters that the agent does not pass on: ${names}`,
      fix: `remove them; only ${[...ALLOWED_PARAMETERS].join(', ')} may stand there`,
    };
  }
  return undefined;
}
