import { DEMO_PEOPLE } from '@postern/infra/demo-organisation';
import { GraphqlClient } from '@postern/infra/graphql-client';
import type { Stack } from '@postern/infra/stack';
import pg from 'pg';
import { eventually } from '../stack.js';

export interface Plan {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly changeCount: number | null;
  readonly effectsDigest: string | null;
  readonly systemIdentifier: string | null;
  readonly manifestVersion: number;
}
const FIELDS = 'id state reason changeCount effectsDigest systemIdentifier manifestVersion';

/** Ada writes manifests, Dana approves; both by the api alone, as a pipeline would. */
export class ReconcilePeople {
  private constructor(
    readonly stack: Stack,
    readonly dana: GraphqlClient,
    readonly connectionId: string,
  ) {}

  static async of(stack: Stack): Promise<ReconcilePeople> {
    const dana = new GraphqlClient(stack.urls.graphql);
    await dana.signIn(DEMO_PEOPLE.dana.email, stack.password);
    const { connections } = await dana.request<{
      connections: { edges: readonly { node: { id: string; slug: string } }[] };
    }>('query ($o: ID!) { connections(orgId: $o) { edges { node { id slug } } } }', {
      o: stack.organisation.orgId,
    });
    const id = connections.edges.find(({ node }) => node.slug === 'production')?.node.id ?? '';
    return new ReconcilePeople(stack, dana, id);
  }

  private get scope() {
    return { o: this.stack.organisation.orgId, c: this.connectionId };
  }

  /** The manifest of what is there. */
  async generate(): Promise<string> {
    const { generateRoleManifest } = await this.dana.request<{ generateRoleManifest: { id: string } }>(
      'mutation ($o: ID!, $c: ID!) { generateRoleManifest(orgId: $o, connectionId: $c) { id } }',
      this.scope,
    );
    const { body, failure } = await eventually(
      async () =>
        (
          await this.dana.request<{ generatedRoleManifest: { body: string | null; failure: string | null } }>(
            'query ($o: ID!, $i: ID!) { generatedRoleManifest(orgId: $o, id: $i) { body failure } }',
            { o: this.scope.o, i: generateRoleManifest.id },
          )
        ).generatedRoleManifest,
      (made) => made.body !== null || made.failure !== null,
      60_000,
    );
    if (body === null) throw new Error(failure ?? 'nothing was generated');
    return body;
  }

  async save(body: string): Promise<Plan> {
    const { saveRoleManifest } = await this.stack.organisation.owner.request<{
      saveRoleManifest: { plan: Plan };
    }>(
      `mutation ($o: ID!, $c: ID!, $i: RoleManifestInput!) { saveRoleManifest(orgId: $o, connectionId: $c, input: $i) { plan { ${FIELDS} } } }`,
      { ...this.scope, i: { body } },
    );
    return saveRoleManifest.plan;
  }

  async plan(id: string): Promise<Plan> {
    const { rolePlan } = await this.dana.request<{ rolePlan: Plan }>(
      `query ($o: ID!, $i: ID!) { rolePlan(orgId: $o, id: $i) { ${FIELDS} } }`,
      { o: this.scope.o, i: id },
    );
    return rolePlan;
  }

  until(id: string, state: string): Promise<Plan> {
    return eventually(
      () => this.plan(id),
      (plan) => plan.state === state,
      60_000,
    );
  }

  /** Dana approves what she looked at. */
  async approve(plan: Plan): Promise<void> {
    await this.dana.request(
      `mutation ($o: ID!, $i: ID!, $d: String!, $s: String!, $v: Int!) {
        approveRolePlan(orgId: $o, id: $i, effectsDigest: $d, systemIdentifier: $s, manifestVersion: $v) { id } }`,
      {
        o: this.scope.o,
        i: plan.id,
        d: plan.effectsDigest,
        s: plan.systemIdentifier,
        v: plan.manifestVersion,
      },
    );
  }

  /** May whoever writes a manifest approve its plan? */
  async setFourEyes(fourEyes: boolean): Promise<void> {
    await this.dana.request(
      'mutation ($o: ID!, $c: ID!, $i: RoleSettingsInput!) { updateRoleSettings(orgId: $o, connectionId: $c, input: $i) { fourEyes } }',
      { ...this.scope, i: { fourEyes } },
    );
  }

  async status() {
    const { connectionRoles } = await this.dana.request<{
      connectionRoles: { status: { state: string }; drift: { id: string; changeCount: number } | null };
    }>(
      'query ($o: ID!, $c: ID!) { connectionRoles(orgId: $o, connectionId: $c) { status { state } drift { id changeCount } } }',
      this.scope,
    );
    return connectionRoles;
  }

  async scan(): Promise<void> {
    await this.dana.request(
      'mutation ($o: ID!, $c: ID!) { scanForDrift(orgId: $o, connectionId: $c) }',
      this.scope,
    );
  }

  async planForDrift(id: string): Promise<string> {
    const { planForDrift } = await this.dana.request<{ planForDrift: { id: string } }>(
      'mutation ($o: ID!, $i: ID!) { planForDrift(orgId: $o, id: $i) { id } }',
      { o: this.scope.o, i: id },
    );
    return planForDrift.id;
  }

  /** Kinds of what the control plane recorded about a plan, in order. */
  async recorded(planId: string): Promise<string[]> {
    const rows = await this.sql<{ kind: string }>(
      'postern',
      "select event->>'kind' as kind from audit_event where event->'target'->>'id' = $1 order by at, kind",
      [planId],
    );
    return rows.map(({ kind }) => kind);
  }

  /** Time passes: an agent that fell silent is given up now and not in a minute. */
  async endLeases(): Promise<void> {
    await this.sql(
      'postern',
      "update agent_task set lease_until = now() - interval '1 second' where state = 'running'",
    );
  }

  /** As the server's superuser: behind Postern's back, or to look. */
  async sql<T extends object>(database: string, text: string, values: unknown[] = []): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.stack.postgres.superuserUrl(database) });
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  async members(group: string): Promise<string[]> {
    const rows = await this.sql<{ name: string }>(
      'shop',
      `select m.rolname as name from pg_auth_members a join pg_roles g on g.oid = a.roleid join pg_roles m on m.oid = a.member
       where g.rolname = $1 and a.inherit_option order by 1`,
      [group],
    );
    return rows.map(({ name }) => name);
  }
}
