import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoOrganisation } from './demo-organisation.js';
import { GraphqlError } from './graphql-client.js';

export interface DemoAgentOptions {
  readonly dir: string;
  readonly apiUrl: string;
  readonly webUrl: string;
  readonly consoleUrl: string;
  readonly databaseUrl: string;
  /** Login that may manage roles. */
  readonly rolesUrl: string;
  readonly wirePort: number;
}

const NAME = 'shop-production';

/**
 * Writes the agent's configuration, as a customer would, and answers with the environment of its first start: a one-time
 * token, when it has no identity yet. An identity is bound to the addresses it was enrolled with; other ports, new identity.
 */
export async function prepareDemoAgent(
  org: DemoOrganisation,
  options: DemoAgentOptions,
): Promise<{ config: string; env: Record<string, string> }> {
  const config = join(options.dir, 'postern.toml');
  const data = join(options.dir, 'data');
  const boundTo = join(options.dir, 'enrolled-as.json');
  writeFileSync(join(options.dir, 'shop-url'), `${options.databaseUrl}\n`, { mode: 0o600 });
  writeFileSync(join(options.dir, 'shop-roles-url'), `${options.rolesUrl}\n`, { mode: 0o600 });
  writeFileSync(config, configText(options));
  const binding = JSON.stringify({
    organisation: org.orgId,
    console: options.consoleUrl,
    web: options.webUrl,
    api: options.apiUrl,
  });
  const enrolled = existsSync(join(data, 'identity.json'));
  if (enrolled && existsSync(boundTo) && readFileSync(boundTo, 'utf8') === binding)
    return { config, env: {} };
  if (enrolled) await revokeEarlier(org);
  rmSync(data, { recursive: true, force: true });
  const { createEnrolmentToken } = await org.owner.request<{ createEnrolmentToken: { token: string } }>(
    'mutation ($orgId: ID!, $environmentId: ID!, $name: String!) { createEnrolmentToken(orgId: $orgId, environmentId: $environmentId, name: $name) { token } }',
    { orgId: org.orgId, environmentId: org.environmentId, name: NAME },
  );
  writeFileSync(boundTo, binding);
  return { config, env: { POSTERN_ENROL_TOKEN: createEnrolmentToken.token } };
}

function configText({ apiUrl, consoleUrl, wirePort }: DemoAgentOptions): string {
  return `# Written by npm start. A customer's agent has a file like this one beside the database.
api_url = "${apiUrl}"
name = "${NAME}"
data_dir = "data"

[console]
host = "127.0.0.1"
port = ${new URL(consoleUrl).port}
public_url = "${consoleUrl}"

[wire]
host = "127.0.0.1"
port = ${wirePort}

[connections.production]
url = "file:shop-url"
roles_url = "file:shop-roles-url"

[connections.analytics]
url = "file:shop-url"
`;
}

async function revokeEarlier(org: DemoOrganisation): Promise<void> {
  const { agents } = await org.owner.request<{
    agents: { edges: readonly { node: { id: string; name: string; status: string } }[] };
  }>('query ($orgId: ID!) { agents(orgId: $orgId) { edges { node { id name status } } } }', {
    orgId: org.orgId,
  });
  for (const { node } of agents.edges) {
    if (node.name !== NAME || node.status === 'REVOKED') continue;
    await org.owner
      .request('mutation ($orgId: ID!, $id: ID!) { revokeAgent(orgId: $orgId, id: $id) { id } }', {
        orgId: org.orgId,
        id: node.id,
      })
      .catch((error: unknown) => {
        if (!(error instanceof GraphqlError)) throw error;
      });
  }
}
