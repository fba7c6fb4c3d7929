import { setTimeout as sleep } from 'node:timers/promises';
import { PosternError } from '@postern/core/errors';
import { decide, NO_STATEMENT } from '@postern/core/policy';
import { AGENT_FEATURES, PROTOCOL_VERSION } from '@postern/protocol/version';
import type { FastifyInstance } from 'fastify';
import { Pusher } from './audit/pusher.js';
import { Recorder } from './audit/recorder.js';
import { Spool } from './audit/spool.js';
import { type Clock, systemClock } from './clock.js';
import type { AgentConfig } from './config.js';
import { ConsoleSessions } from './console/console-sessions.js';
import { cookieNameFor, createConsole } from './console/http.js';
import { type DataDir, openDataDir } from './data-dir.js';
import { EvidenceReporter } from './evidence/evidence-reporter.js';
import { ApiClient, ApiUnreachable } from './link/api-client.js';
import { backoffMs } from './link/backoff.js';
import { claimTask, exchangeCode, pushAudit, sendEvidence, tellProgress, tellResult } from './link/calls.js';
import { enrol } from './link/enrol.js';
import { type AgentIdentity, loadIdentity, saveIdentity } from './link/identity.js';
import { type AgentStatus, Link } from './link/link.js';
import { errorFacts, type Logger } from './log.js';
import { PolicyHolder } from './policy/policy-holder.js';
import { Classifier } from './session/classifier.js';
import { Governor } from './session/govern.js';
import { StatementRunner } from './session/run-statement.js';
import { StatementTexts } from './session/statement-texts.js';
import { Tabs } from './session/tabs.js';
import { Target } from './targets/target.js';
import { TaskRunner } from './tasks/task-runner.js';
import { AGENT_VERSION } from './version.js';
import { CancelKeys } from './wire/cancel-keys.js';
import { WireListener } from './wire/listener.js';
import { WireSessions } from './wire/sessions.js';
import { wireAddressOf } from './wire/wire-config.js';

const HOUSEKEEPING_MS = 1_000;
const PROBE_EVERY_MS = 60_000;
const STATEMENT_GRACE_MS = 5_000;
const ANSWER_GRACE_MS = 1_000;
const ENROL_ATTEMPTS = 20;

export interface AgentOptions {
  readonly config: AgentConfig;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Script of the parser thread; tests run from sources and name the built one. */
  readonly parseWorker?: URL;
}

export interface RunningAgent {
  readonly url: string;
  readonly identity: AgentIdentity;
  readonly policy: PolicyHolder;
  readonly spool: Spool;
  readonly evidence: EvidenceReporter;
  /** Where PostgreSQL clients are served; undefined: they are not. */
  readonly wirePort: number | undefined;
  stop(): Promise<void>;
}

/** Starts the agent; resolves when it serves. Every part is made here and given what it needs. */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const dataDir = await openDataDir(options.config.dataDir);
  try {
    return await startOn(dataDir, options);
  } catch (error) {
    await dataDir.release();
    throw error;
  }
}

async function startOn(dataDir: DataDir, options: AgentOptions): Promise<RunningAgent> {
  const { config, log } = options;
  const clock = options.clock ?? systemClock;
  const identity = await identityFor(config, dataDir.identityFile, log);
  const spool = await Spool.open(dataDir.spoolDir, undefined, config.auditRoom);
  if (spool.cutBytes > 0) log.warn({ bytes: spool.cutBytes }, 'a half-written audit record was cut off');
  const recorder = new Recorder(spool, clock, { type: 'agent', id: identity.agentId, label: config.name });

  const targets = new Map(
    [...config.connections].map(([slug, connection]) => [slug, new Target(connection)]),
  );
  const tabs = new Tabs(targets);
  const classifier = new Classifier(options.parseWorker);
  let isReachable = false;
  const api = new ApiClient(config.apiUrl, identity, (reachable) => {
    if (reachable !== isReachable)
      log.info(reachable ? 'control plane reached' : 'control plane away: going on alone');
    isReachable = reachable;
  });
  const policy = makePolicy({
    identity,
    dataDir,
    clock,
    recorder,
    log,
    onChange: () => {
      reevaluate(tabs, policy);
      wireSessions.reevaluate();
    },
    onEnforced: () => link.beat(),
  });
  const tasks: TaskRunner = new TaskRunner({
    calls: {
      claim: (kinds, connections) => claimTask(api, kinds, connections),
      progress: (request) => tellProgress(api, request),
      result: (result) => tellResult(api, result),
    },
    identity,
    trustedKeys: () => policy.trustedKeys,
    connections: new Map(
      [...config.connections].flatMap(([slug, connection]) =>
        connection.rolesUrl === undefined
          ? []
          : [[slug, { url: connection.rolesUrl, guards: connection }] as const],
      ),
    ),
    recorder,
    clock,
    log,
    environment: process.env,
  });
  const link: Link = new Link({
    api,
    policy,
    log,
    status: () => statusOf(spool, targets, config),
    onTask: () => tasks.hint(),
  });
  const pusher = new Pusher(
    spool,
    (events, signal) => {
      if (policy.state === 'revoked') throw new PosternError('agent.revoked', 'this agent was revoked');
      return pushAudit(api, events, signal);
    },
    log,
  );
  const evidence = new EvidenceReporter({
    connections: [...config.connections.values()],
    send: (connections) => sendEvidence(api, connections),
    log,
  });
  const texts = new StatementTexts(targets);
  const governor = new Governor({ classifier, policy, recorder, targets, texts, log });
  const runner = new StatementRunner({ governor, tabs });
  const cancels = new CancelKeys();
  const now = () => clock.now();
  const wireSessions: WireSessions = new WireSessions({
    targets,
    policy,
    governor,
    recorder,
    cancels,
    log,
    now,
  });
  const sessions = new ConsoleSessions(policy, clock, (session) => void tabs.closeAllOf(session.id));

  await policy.load();
  await recorder.record({
    kind: 'agent.started',
    actor: recorder.self,
    reason: `agent ${AGENT_VERSION} started`,
    ...(policy.version > 0 ? { policyVersion: policy.version } : {}),
  });
  const app = await createConsole({
    identity,
    api,
    agentName: config.name,
    publicUrl: config.console.publicUrl,
    cookieName: cookieNameFor(config.console.publicUrl),
    policy,
    runner,
    classifier,
    tabs,
    targets,
    texts,
    sessions,
    recorder,
    clock,
    log,
    exchangeCode: (body) => exchangeCode(api, body),
    refreshPolicy: () => link.pull(),
    isReachable: () => isReachable,
  });
  await app.listen({ host: config.console.host, port: config.console.port });
  const wire =
    config.wire &&
    (await WireListener.start({
      config: config.wire,
      dataDir: config.dataDir,
      policy,
      recorder,
      clock,
      log,
      cancels,
      onSession: (client) => wireSessions.serve(client),
    }));
  pusher.start();
  link.start();
  evidence.start();
  tasks.start();
  void classifier.prepare();
  const stopTimers = startTimers({ policy, sessions, tabs, targets, wireSessions, recorder, spool });

  return {
    url: config.console.publicUrl,
    identity,
    policy,
    spool,
    evidence,
    wirePort: wire?.port,
    stop: async () => {
      stopTimers();
      const wireStopped = wire?.stop();
      await stopServing(app, tabs, wireSessions);
      await wireStopped;
      await governor.settled();
      await tasks.stop();
      await link.stop();
      await evidence.stop();
      await policy.settled();
      await pusher.stop();
      await spool.settled();
      await lastPush(pusher, spool);
      await Promise.all(
        [...targets.values()].flatMap(({ catalog, browse }) => [catalog.stop(), browse.stop()]),
      );
      await classifier.stop();
      await spool.close();
      await dataDir.release();
    },
  };
}

/** The identity on disk, or a new one for the token that was given. */
async function identityFor(config: AgentConfig, path: string, log: Logger): Promise<AgentIdentity> {
  const known = await loadIdentity(path);
  if (known) return known;
  if (config.enrolToken === undefined) {
    throw new PosternError('agent.not_enrolled', 'this agent is not enrolled yet', {
      fix: 'create an enrolment token in the control plane and give it as POSTERN_ENROL_TOKEN, or run `postern enrol --token …`',
    });
  }
  const { apiUrl, name, enrolToken: token } = config;
  for (let attempt = 1; ; attempt++) {
    try {
      const identity = await enrol({ apiUrl, name, token, consoleUrl: config.console.publicUrl });
      await saveIdentity(path, identity);
      log.info({ agentId: identity.agentId }, 'enrolled');
      return identity;
    } catch (error) {
      if (!(error instanceof ApiUnreachable) || attempt === ENROL_ATTEMPTS) throw error;
      log.warn(errorFacts(error), 'the control plane can not be reached: enrolling again in a moment');
      await sleep(backoffMs(attempt));
    }
  }
}

/** `postern enrol`: only the identity, then done. */
export async function enrolOnly(config: AgentConfig, log: Logger): Promise<AgentIdentity> {
  const dataDir = await openDataDir(config.dataDir);
  try {
    return await identityFor(config, dataDir.identityFile, log);
  } finally {
    await dataDir.release();
  }
}

function makePolicy(parts: {
  identity: AgentIdentity;
  dataDir: DataDir;
  clock: Clock;
  recorder: Recorder;
  log: Logger;
  onChange: () => void;
  onEnforced: () => void;
}): PolicyHolder {
  const { identity, dataDir, clock, recorder, log } = parts;
  const note = (event: Promise<string>) =>
    void event.catch((error: unknown) =>
      log.error(errorFacts(error), 'an event of the policy could not be recorded'),
    );
  const target = { type: 'environment', id: identity.environmentId, label: identity.environmentId };
  return new PolicyHolder({
    identity,
    paths: dataDir,
    clock,
    events: {
      changed: parts.onChange,
      enforced: ({ bundle }) => {
        log.info({ version: bundle.version }, 'policy enforced');
        note(
          recorder.record({
            kind: 'policy.enforced',
            actor: recorder.self,
            target: { ...target, label: bundle.environmentName },
            policyVersion: bundle.version,
          }),
        );
        parts.onEnforced();
      },
      refused: (error) => {
        log.error({ code: error.code }, `policy refused: ${error.message}`);
        note(
          recorder.record({ kind: 'policy.refused', actor: recorder.self, target, reason: error.message }),
        );
      },
    },
  });
}

/** Measures what is open against the policy in force now; without one, everything ends. */
function reevaluate(tabs: Tabs, policy: PolicyHolder): void {
  if (policy.state !== 'ok') {
    tabs.reevaluate(() => undefined);
    return;
  }
  const { compiled } = policy.inForce();
  tabs.reevaluate((owner, slug) => {
    const seen = decide(compiled, owner.principalId, slug, NO_STATEMENT);
    return seen.allowed ? seen : undefined;
  });
}

async function statusOf(
  spool: Spool,
  targets: ReadonlyMap<string, Target>,
  config: AgentConfig,
): Promise<AgentStatus> {
  const { quotaBytes, ...fill } = spool.fill;
  // It is told what is known: a spool that can not be read must not keep the agent from being seen.
  const oldestAt = await spool.oldestAt().catch(() => undefined);
  const wire = config.wire && wireAddressOf(config.wire);
  return {
    ...(wire ? { wire } : {}),
    agentVersion: AGENT_VERSION,
    features: [...AGENT_FEATURES],
    protocolVersion: PROTOCOL_VERSION,
    spoolDepth: spool.depth,
    spool: {
      ...fill,
      ...(Number.isFinite(quotaBytes) ? { quotaBytes } : {}),
      ...(oldestAt === undefined ? {} : { oldestAt }),
    },
    connections: [...targets].map(([slug, target]) => ({ slug, ...target.health })),
    rssBytes: process.memoryUsage.rss(),
  };
}

function startTimers(parts: {
  policy: PolicyHolder;
  sessions: ConsoleSessions;
  tabs: Tabs;
  targets: ReadonlyMap<string, Target>;
  wireSessions: WireSessions;
  recorder: Recorder;
  spool: Spool;
}): () => void {
  const probeAll = () => {
    for (const target of parts.targets.values()) void target.probe();
  };
  const housekeeping = setInterval(() => {
    parts.policy.noticeTime();
    parts.sessions.sweep();
    void parts.tabs.closeIdle();
    parts.wireSessions.noticeTime();
    parts.recorder.noticeRoom();
    parts.spool.keepGap();
  }, HOUSEKEEPING_MS);
  const probing = setInterval(probeAll, PROBE_EVERY_MS);
  probeAll();
  return () => {
    clearInterval(housekeeping);
    clearInterval(probing);
  };
}

/** No new requests; statements get a moment to end, then they are cancelled. */
async function stopServing(app: FastifyInstance, tabs: Tabs, wireSessions: WireSessions): Promise<void> {
  const closed = app.close();
  const giveUpAt = performance.now() + STATEMENT_GRACE_MS;
  while (tabs.running + wireSessions.running > 0 && performance.now() < giveUpAt) await sleep(20);
  await Promise.all([tabs.stop(), wireSessions.stop()]);
  // Answers get a moment to leave; a connection that never ends its request must not hold the agent.
  const timer = setTimeout(() => app.server.closeAllConnections(), ANSWER_GRACE_MS);
  await closed;
  clearTimeout(timer);
}

/** What was recorded while stopping is sent now if that is quick; otherwise it waits on disk for the next start. */
async function lastPush(pusher: Pusher, spool: Spool): Promise<void> {
  if (spool.depth === 0) return;
  await pusher.pushOnce(AbortSignal.timeout(2_000)).catch(() => undefined);
}
