import type { Recorder } from '../audit/recorder.js';
import type { Clock } from '../clock.js';
import type { ApiClient } from '../link/api-client.js';
import type { AgentIdentity } from '../link/identity.js';
import type { Logger } from '../log.js';
import type { PolicyHolder } from '../policy/policy-holder.js';
import type { Classifier } from '../session/classifier.js';
import type { StatementRunner } from '../session/run-statement.js';
import type { StatementTexts } from '../session/statement-texts.js';
import type { Tabs } from '../session/tabs.js';
import type { Target } from '../targets/target.js';
import type { ConsoleSessions } from './console-sessions.js';

/** What the console needs of the agent. */
export interface ConsoleParts {
  readonly identity: AgentIdentity;
  readonly api: ApiClient;
  readonly agentName: string;
  readonly publicUrl: string;
  readonly cookieName: string;
  readonly policy: PolicyHolder;
  readonly runner: StatementRunner;
  readonly classifier: Classifier;
  readonly tabs: Tabs;
  readonly targets: ReadonlyMap<string, Target>;
  readonly texts: StatementTexts;
  readonly sessions: ConsoleSessions;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly log: Logger;
  exchangeCode(body: { code: string; codeVerifier: string; redirectUri: string }): Promise<string>;
  refreshPolicy(): Promise<void>;
  isReachable(): boolean;
}
