import { GraphqlClient, GraphqlError } from './graphql-client.js';

export interface DemoPerson {
  readonly email: string;
  readonly name: string;
  readonly group: string | undefined;
  readonly role: 'OWNER' | 'ADMIN' | 'AUDITOR' | 'MEMBER';
  readonly what: string;
}

/** Who works at the demo company. All sign in with the same password. */
export const DEMO_PEOPLE = {
  ada: {
    email: 'ada@acme.example',
    name: 'Ada Okafor',
    group: undefined,
    role: 'OWNER',
    what: 'owner: writes the rules',
  },
  dana: {
    email: 'dana@acme.example',
    name: 'Dana Meyer',
    group: 'dba',
    role: 'ADMIN',
    what: 'DBA: everything everywhere',
  },
  alex: {
    email: 'alex@acme.example',
    name: 'Alex Roy',
    group: 'analysts',
    role: 'MEMBER',
    what: 'analyst: reads and exports `analytics`',
  },
  sam: {
    email: 'sam@acme.example',
    name: 'Sam Lind',
    group: 'developers',
    role: 'MEMBER',
    what: 'developer: reads `production`',
  },
} as const satisfies Record<string, DemoPerson>;

const COMPANY = 'Acme Shop';
const ENVIRONMENT = { slug: 'production', name: 'Production' };
const GROUPS = [
  { slug: 'dba', name: 'Database administrators' },
  { slug: 'developers', name: 'Developers' },
  { slug: 'analysts', name: 'Analysts' },
];
const CONNECTIONS = [
  { slug: 'production', name: 'Shop, production', description: 'Orders, customers and stock of the shop' },
  { slug: 'analytics', name: 'Shop, analytics', description: 'The same data, for reports' },
];
/** After the patterns of spec/iam-rules.txt. */
const RULES = [
  {
    connection: '*',
    permissions: ['*'],
    members: ['group:dba'],
    description: 'DBAs: full access everywhere',
  },
  {
    connection: 'production',
    permissions: ['read', 'explain'],
    members: ['group:developers'],
    description: 'Developers: look, do not touch',
  },
  {
    connection: 'analytics',
    permissions: ['read'],
    members: ['*'],
    description: 'Everyone may read the numbers',
  },
  {
    connection: 'analytics',
    permissions: ['explain', 'export'],
    members: ['group:analysts', 'user:alex@acme.example'],
    description: 'Analysts take results with them',
  },
];

interface OrgState {
  readonly environments: readonly { readonly id: string; readonly slug: string }[];
  readonly groups: {
    readonly edges: readonly {
      readonly node: { readonly id: string; readonly slug: string; readonly memberCount: number };
    }[];
  };
  readonly connections: { readonly edges: readonly { readonly node: { readonly slug: string } }[] };
  readonly rules: { readonly totalCount: number };
  readonly members: {
    readonly edges: readonly {
      readonly node: { readonly user: { readonly id: string; readonly email: string } };
    }[];
  };
}

const STATE = `query ($orgId: ID!) {
  environments(orgId: $orgId) { id slug }
  groups(orgId: $orgId) { edges { node { id slug memberCount } } }
  connections(orgId: $orgId) { edges { node { slug } } }
  rules(orgId: $orgId) { totalCount }
  members(orgId: $orgId) { edges { node { user { id email } } } }
}`;

export interface DemoOrganisation {
  readonly orgId: string;
  readonly orgSlug: string;
  readonly environmentId: string;
  /** Signed in as the owner. */
  readonly owner: GraphqlClient;
  readonly created: boolean;
}

/** Makes the demo company through the API, as its people would; what is there already is left alone. */
export async function ensureDemoOrganisation(endpoint: string, password: string): Promise<DemoOrganisation> {
  const owner = new GraphqlClient(endpoint);
  const created = await signInOrUp(owner, password);
  const { viewer } = await owner.request<{
    viewer: { memberships: readonly { org: { id: string; slug: string } }[] };
  }>('{ viewer { memberships { org { id slug } } } }');
  const org = viewer.memberships[0]?.org;
  if (org === undefined)
    throw new Error('the demo owner belongs to no organisation; `npm run reset` starts anew');
  const state = await owner.request<OrgState>(STATE, { orgId: org.id });
  await ensurePeople(endpoint, owner, org.id, state, password);
  const environmentId = await ensureEnvironment(owner, org.id, state);
  await ensureConnections(owner, org.id, environmentId, state);
  await ensureGroups(owner, org.id, state);
  if (state.rules.totalCount === 0) {
    for (const rule of RULES) {
      await owner.request(
        'mutation ($orgId: ID!, $rule: RuleInput!) { createRule(orgId: $orgId, rule: $rule) { id } }',
        { orgId: org.id, rule },
      );
    }
  }
  return { orgId: org.id, orgSlug: org.slug, environmentId, owner, created };
}

async function signInOrUp(owner: GraphqlClient, password: string): Promise<boolean> {
  const { email, name } = DEMO_PEOPLE.ada;
  try {
    await owner.signIn(email, password);
    return false;
  } catch (error) {
    if (!(error instanceof GraphqlError) || error.code !== 'auth.bad_credentials') throw error;
  }
  await owner.request(
    'mutation ($email: String!, $name: String!, $password: String!, $orgName: String!) { signUp(email: $email, name: $name, password: $password, orgName: $orgName) { user { id } } }',
    { email, name, password, orgName: COMPANY },
  );
  return true;
}

async function ensurePeople(
  endpoint: string,
  owner: GraphqlClient,
  orgId: string,
  state: OrgState,
  password: string,
): Promise<void> {
  const present = new Set(state.members.edges.map(({ node }) => node.user.email));
  for (const { email, name, role } of Object.values(DEMO_PEOPLE)) {
    if (present.has(email)) continue;
    const { inviteMember } = await owner.request<{ inviteMember: { token: string } }>(
      'mutation ($orgId: ID!, $email: String!, $role: OrgRole!) { inviteMember(orgId: $orgId, email: $email, role: $role) { token } }',
      { orgId, email, role },
    );
    await new GraphqlClient(endpoint).request(
      'mutation ($token: String!, $name: String!, $password: String!) { acceptInvite(token: $token, name: $name, password: $password) { user { id } } }',
      { token: inviteMember.token, name, password },
    );
  }
}

async function ensureEnvironment(owner: GraphqlClient, orgId: string, state: OrgState): Promise<string> {
  const present = state.environments.find(({ slug }) => slug === ENVIRONMENT.slug);
  if (present !== undefined) return present.id;
  const { createEnvironment } = await owner.request<{ createEnvironment: { id: string } }>(
    'mutation ($orgId: ID!, $slug: String!, $name: String!) { createEnvironment(orgId: $orgId, slug: $slug, name: $name) { id } }',
    { orgId, ...ENVIRONMENT },
  );
  return createEnvironment.id;
}

async function ensureConnections(
  owner: GraphqlClient,
  orgId: string,
  environmentId: string,
  state: OrgState,
): Promise<void> {
  const present = new Set(state.connections.edges.map(({ node }) => node.slug));
  for (const { slug, ...input } of CONNECTIONS) {
    if (present.has(slug)) continue;
    await owner.request(
      'mutation ($orgId: ID!, $environmentId: ID!, $slug: String!, $input: ConnectionInput!) { createConnection(orgId: $orgId, environmentId: $environmentId, slug: $slug, input: $input) { id } }',
      { orgId, environmentId, slug, input },
    );
  }
}

async function ensureGroups(owner: GraphqlClient, orgId: string, state: OrgState): Promise<void> {
  const missing = GROUPS.filter(({ slug }) => !state.groups.edges.some(({ node }) => node.slug === slug));
  if (missing.length === 0) return;
  const { members } = await owner.request<Pick<OrgState, 'members'>>(STATE, { orgId });
  const idOf = new Map(members.edges.map(({ node }) => [node.user.email, node.user.id]));
  for (const { slug, name } of missing) {
    const { createGroup } = await owner.request<{ createGroup: { id: string } }>(
      'mutation ($orgId: ID!, $slug: String!, $name: String!) { createGroup(orgId: $orgId, slug: $slug, name: $name) { id } }',
      { orgId, slug, name },
    );
    const userIds = Object.values(DEMO_PEOPLE).flatMap(({ email, group }) =>
      group === slug ? (idOf.get(email) ?? []) : [],
    );
    await owner.request(
      'mutation ($orgId: ID!, $id: ID!, $userIds: [ID!]!) { setGroupMembers(orgId: $orgId, id: $id, userIds: $userIds) { id } }',
      { orgId, id: createGroup.id, userIds },
    );
  }
}
