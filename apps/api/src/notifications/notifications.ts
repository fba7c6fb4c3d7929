/** PostgreSQL channels that processes tell each other through. A payload is ids only: whoever hears it reads the rows. */
export const CHANNELS = {
  /** `<environmentId>:<version>`: a bundle was published. */
  policy: 'postern_policy',
  /** `<agentId>`: an agent was revoked. */
  agent: 'postern_agent',
  /** `<environmentId>`: a task waits for its agents, or one of theirs is to be given up. */
  task: 'postern_task',
  /** `<orgId>:<planId>`: a role plan moved. */
  plan: 'postern_plan',
  /** Empty: work waits in the outbox. */
  outbox: 'postern_outbox',
} as const;
export type Channel = (typeof CHANNELS)[keyof typeof CHANNELS];

export interface Subscription {
  onMessage(payload: string): void;
  /** Messages may have been lost: look at the truth again. Called each time that listening begins. */
  onGap?(): void;
}

/** The port behind which messages travel between processes. A message is a hint and may be lost; `onGap` says when. */
export abstract class Notifications {
  abstract subscribe(channel: Channel, subscription: Subscription): void;
}
