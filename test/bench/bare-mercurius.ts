import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import mercurius from 'mercurius';

/**
 * The least that can answer the same question: Fastify and Mercurius with jit, no session, no tenancy, no database; the list
 * lies in memory. Arguments: port, JSON file with `{ rules: … }`.
 */
const [port = '0', file = ''] = process.argv.slice(2);
const data = JSON.parse(readFileSync(file, 'utf8')) as { rules: unknown };

const schema = `
  type Rule { id: ID! connection: String! permissions: [String!]! members: [String!]! description: String! version: Int! updatedAt: String! }
  type RuleEdge { cursor: String! node: Rule! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type RuleConnection { edges: [RuleEdge!]! pageInfo: PageInfo! totalCount: Int! }
  type Query { rules(orgId: ID!, first: Int): RuleConnection! }
`;

const app = Fastify();
await app.register(mercurius, { schema, resolvers: { Query: { rules: () => data.rules } }, jit: 1 });
await app.listen({ port: Number(port), host: '127.0.0.1' });
process.send?.('ready');
