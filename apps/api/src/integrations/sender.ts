import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { type Format, formatted, type PlacedEvent, syslogMessage } from './formats.js';
import type { IntegrationRow } from './integration.store.js';
import { SecretBox } from './secret-box.js';
import { postJson, type Sent } from './send-http.js';
import { sendSyslog } from './send-syslog.js';
import { webhookHeaders } from './webhook-signature.js';

/** The only code that talks to what an organisation named as a destination. */
@Injectable()
export class Sender {
  constructor(
    private readonly box: SecretBox,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** One signed message. */
  async webhook(to: IntegrationRow, message: { id: string; body: string }): Promise<Sent> {
    const secrets = await this.secretsOf(to);
    if (secrets === undefined) return LOST_SECRET;
    const headers = webhookHeaders({ ...message, at: new Date() }, secrets);
    return postJson(to.url, message.body, headers, this.config.allowPrivateDestinations);
  }

  /** Events in order: all of them, or none. */
  async events(to: IntegrationRow, events: readonly PlacedEvent[]): Promise<Sent> {
    const format = to.format as Format;
    const { allowPrivateDestinations } = this.config;
    if (to.kind === 'syslog') {
      const messages = events.map((event) => syslogMessage(format, to.orgId, event));
      return sendSyslog(to.url, messages, allowPrivateDestinations);
    }
    const secrets = await this.secretsOf(to);
    if (secrets === undefined) return LOST_SECRET;
    const [authorization] = secrets;
    const body = JSON.stringify(events.map((event) => formatted(format, to.orgId, event)));
    return postJson(
      to.url,
      body,
      authorization === undefined ? {} : { authorization },
      allowPrivateDestinations,
    );
  }

  private async secretsOf(to: IntegrationRow): Promise<string[] | undefined> {
    const isOldValid = (to.previousSecretUntil?.getTime() ?? 0) > Date.now();
    const sealed = [to.secret, isOldValid ? to.previousSecret : null].filter((one) => one !== null);
    try {
      return await Promise.all(sealed.map((one) => this.box.open(one, to.id)));
    } catch {
      return undefined;
    }
  }
}

/** The control plane's key was replaced. */
const LOST_SECRET: Sent = {
  ok: false,
  status: null,
  error: 'its secret can not be read any more: give it a new one',
  durationMs: 0,
};
