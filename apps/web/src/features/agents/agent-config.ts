/** A TOML basic string; names of ours hold no control characters, but a quote or backslash may come in a name. */
const quote = (text: string): string => JSON.stringify(text);

/** The name of an environment variable for a connection's URL: `PRODUCTION_DATABASE_URL`. */
export const urlVariable = (slug: string): string =>
  `${slug.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}_DATABASE_URL`;

/** What the agent's configuration needs for one connection. The URL stays there. */
export function connectionToml(slug: string): string {
  return `[connections.${/^[A-Za-z0-9_-]+$/.test(slug) ? slug : quote(slug)}]\nurl = "env:${urlVariable(slug)}"\n`;
}

/** A whole `postern.toml` to begin with. */
export function agentToml(apiUrl: string, name: string, slugs: readonly string[]): string {
  const connections = slugs.map(connectionToml).join('\n') || '# one table a connection, named like it\n';
  return `api_url = ${quote(apiUrl)}
name = ${quote(name)}
data_dir = "data"

[console]
host = "127.0.0.1"
port = 7070
public_url = "http://localhost:7070"

${connections}`;
}

/** The first start: the token is traded for a key that never leaves the agent. */
export function enrolCommand(token: string, slugs: readonly string[]): string {
  const urls = slugs.map((slug) => `export ${urlVariable(slug)}='postgresql://…'\n`).join('');
  return `${urls}export POSTERN_ENROL_TOKEN='${token}'\npostern agent --config postern.toml`;
}
