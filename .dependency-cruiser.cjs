/**
 * Who may import whom: the table of STYLE.md, as errors. A rule that fires means the code is in the wrong file, or that
 * the table (and an ADR) has to change first.
 */

// TypeScript 7 has no API for JavaScript, so swc reads the sources. dependency-cruiser forgets to tell it about JSX.
const swc = require('@swc/core');
const parseFile = swc.parseFileSync;
swc.parseFileSync = (file, options) => parseFile(file, { ...options, tsx: file.endsWith('.tsx') });

const path = (pattern) => ({ path: pattern });
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const NODE_BUILTINS = { dependencyTypes: ['core'] };
const TESTS = '(^|/)test/|\\.test\\.tsx?$';
const API = '^apps/api/src/';
const AGENT = '^apps/agent/src/';
const PRISMA = '(^|/)node_modules/(\\.prisma|@prisma|prisma)/|^apps/api/src/generated/prisma/';
const NEST = '(^|/)node_modules/@nestjs/';
const GRAPHQL_OR_HTTP =
  '(^|/)node_modules/(@nestjs/(graphql|mercurius|platform-fastify)|mercurius|graphql|fastify)/';

module.exports = {
  forbidden: [
    rule(
      'no-circular',
      'Two files that need each other are one, or a third is missing.',
      {},
      { circular: true },
    ),
    rule(
      'no-unresolvable',
      'An import that leads nowhere.',
      {},
      { couldNotResolve: true, pathNot: '\\.(wasm|css|svg)$|^(virtual|cloudflare):' },
    ),
    rule(
      'no-undeclared-package',
      'Only what the workspace’s own package.json names.',
      { pathNot: `${TESTS}|/scripts/` },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    rule(
      'no-shapeless-folders',
      'A folder is named after a concept, not after being useful.',
      {},
      { path: '/(utils?|helpers?|common|shared|misc)[/.]', pathNot: 'node_modules' },
    ),

    // packages
    rule(
      'core-is-pure',
      'A decision can be replayed: no file, socket, clock or environment.',
      path('^packages/core/src/'),
      NODE_BUILTINS,
    ),
    rule('core-imports-little', 'Core knows zod, hashes and parsers.', path('^packages/core/src/'), {
      pathNot: '^packages/core/src/|(^|/)node_modules/(zod|yaml|smol-toml|@noble/hashes|libpg-query)(/|$)',
      dependencyTypesNot: ['core'],
    }),
    rule(
      'one-file-knows-the-parser',
      'libpg-query has traps (TOOLCHAIN.md, 7): one file deals with them.',
      { path: '^packages/core/', pathNot: `^packages/core/src/sql/parse\\.ts$|${TESTS}` },
      path('(^|/)node_modules/libpg-query/'),
    ),
    rule(
      'only-core-parses',
      'Everyone else asks core to classify.',
      { pathNot: '^packages/core/|^test/bench/' },
      path('(^|/)node_modules/(libpg-query|pgsql-parser)/'),
    ),
    rule(
      'core-modules-are-ordered',
      'errors and policy know nothing of sql, audit or roles.',
      path('^packages/core/src/(policy/(model|permission|compile|evaluate|explain|validate|diff)|errors)'),
      path('^packages/core/src/(sql|audit|roles)/(?!model\\.ts$)'),
    ),
    rule('protocol-is-messages', 'Core types and zod.', path('^packages/protocol/src/'), {
      pathNot: '^packages/(protocol|core)/|(^|/)node_modules/zod(/|$)',
    }),

    // apps against each other
    rule(
      'api-stands-alone',
      'The api is deployed without agent, web and console.',
      path('^apps/api/'),
      path('^apps/(agent|web)/'),
    ),
    rule(
      'agent-stands-alone',
      'The agent runs in the customer’s network: no api, no Prisma (but as a client of it), no Nest.',
      path('^apps/agent/(src/|test/(?!wire-node-clients))'),
      path(`^apps/(api|web|agent/console)/|${PRISMA}|${NEST}`),
    ),
    rule(
      'web-has-no-server-code',
      'The browser gets documents, contract types and core’s pure parts.',
      path('^apps/web/'),
      path(`^apps/(api|agent)/|(^|/)node_modules/(pg|bullmq|ioredis)/|${PRISMA}|${NEST}`),
    ),
    rule(
      'console-has-no-server-code',
      'Of the agent’s sources the console sees the contract only.',
      path('^apps/agent/console/'),
      {
        path: `^apps/(api|web)/|^apps/agent/(src|dist)/|(^|/)node_modules/pg/|${PRISMA}|${NEST}`,
        pathNot: '^apps/agent/(src|dist)/console/contract[-.]',
      },
    ),
    rule('apps-are-not-libraries', 'infra runs programs; it imports none.', path('^infra/'), path('^apps/')),
    rule(
      'infra-is-not-shipped',
      'infra is for development and tests.',
      { path: '^(apps|packages)/', pathNot: `${TESTS}|(^|/)vitest\\.config\\.ts$|/scripts/` },
      path('^infra/'),
    ),

    // layers of the api
    rule(
      'edges-ask-use-cases',
      'Resolver, controller, job and loader hold no rules and see no store.',
      path(`${API}.*\\.(resolver|controller|job|loader)\\.ts$`),
      path(`\\.store\\.ts$|${PRISMA}`),
    ),
    rule(
      'use-cases-know-no-edge',
      'The same use-case serves GraphQL, CLI and jobs.',
      {
        path: `${API}[^/]+/[^./]+(\\.queries)?\\.ts$`,
        pathNot: `${API}(graphql|errors|auth|tenancy|jobs|notifications)/`,
      },
      path(`${GRAPHQL_OR_HTTP}|\\.(resolver|controller|input|type|loader)\\.ts$`),
    ),
    rule(
      'own-store-only',
      'Another feature’s rows are reached through its use-cases.',
      { path: `${API}([^/]+)/[^./]+(\\.queries)?\\.ts$` },
      { path: `${API}([^/]+)/.*\\.store\\.ts$`, pathNot: `${API}$1/` },
    ),
    rule(
      'stores-are-leaves',
      'A store answers and knows no rules.',
      path(`${API}.*\\.store\\.ts$`),
      path(`${API}.*\\.(store|queries|resolver|controller|job|loader|module)\\.ts$`),
    ),
    rule(
      'only-stores-know-prisma',
      'Everyone else goes through a store.',
      { path: API, pathNot: `\\.store\\.ts$|${API}(tenancy|generated|errors)/|${TESTS}` },
      path(PRISMA),
    ),

    // layers of the agent
    rule(
      'one-link-to-the-api',
      'Only link/ talks to the control plane.',
      { path: AGENT, pathNot: `${AGENT}(link|main|cli)` },
      path('(^|/)node_modules/eventsource-parser/'),
    ),
    rule('codec-knows-nothing', 'Bytes in, messages out.', path(`${AGENT}wire/codec/`), {
      pathNot: `${AGENT}wire/codec/`,
    }),
    rule(
      'only-targets-reach-databases',
      'One place opens connections to customers’ databases.',
      { path: AGENT, pathNot: `${AGENT}targets/` },
      path('(^|/)node_modules/pg/'),
    ),
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: '(^|/)(node_modules|dist)/|^apps/api/src/generated/|^apps/web/src/gql/' },
    exclude: { path: '(^|/)([.]next|coverage|out)/|next-env[.]d[.]ts$' },
    // The root brings the tools (vitest, vite) for all workspaces.
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'require', 'node', 'default'],
      mainFields: ['types', 'module', 'main'],
    },
  },
};
