import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { CONFIG, type Config } from '../config.js';
import { type Channel, Notifications, type Subscription } from './notifications.js';

const RETRY_MS = [100, 250, 500, 1_000, 2_000];

/** One LISTEN connection a process, however many agents it serves. Reconnects for as long as the process lives. */
@Injectable()
export class PgNotifications extends Notifications implements OnApplicationShutdown {
  private readonly log = new Logger('notifications');
  private readonly subscriptions = new Map<Channel, Subscription[]>();
  private client: pg.Client | undefined;
  private retry: NodeJS.Timeout | undefined;
  private failures = 0;
  private connecting = false;
  private stopped = false;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    super();
  }

  override subscribe(channel: Channel, subscription: Subscription): void {
    const known = this.subscriptions.get(channel);
    if (known) known.push(subscription);
    else this.subscriptions.set(channel, [subscription]);
    if (this.client) void this.listen(this.client, [channel]);
    else void this.connect();
  }

  private async connect(): Promise<void> {
    if (this.connecting || this.stopped) return;
    this.connecting = true;
    const client = new pg.Client({
      connectionString: this.config.systemDatabaseUrl,
      application_name: 'postern-listen',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    client.on('error', () => {}); // `end` follows
    client.on('notification', ({ channel, payload }) => this.deliver(channel as Channel, payload ?? ''));
    try {
      await client.connect();
      client.once('end', () => this.lost(client));
      this.client = client;
      if (this.failures > 0) this.log.log('listening again');
      this.failures = 0;
      await this.listen(client, [...this.subscriptions.keys()]);
    } catch (error) {
      await client.end().catch(() => {});
      this.again(error);
    } finally {
      this.connecting = false;
      if (this.stopped) await client.end().catch(() => {});
    }
  }

  private async listen(client: pg.Client, channels: Channel[]): Promise<void> {
    try {
      for (const channel of channels) await client.query(`listen ${client.escapeIdentifier(channel)}`);
    } catch {
      await client.end().catch(() => {}); // `lost` connects anew
      return;
    }
    for (const channel of channels) for (const { onGap } of this.subscriptions.get(channel) ?? []) onGap?.();
  }

  private deliver(channel: Channel, payload: string): void {
    for (const subscription of this.subscriptions.get(channel) ?? []) subscription.onMessage(payload);
  }

  private lost(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    this.again(new Error('the connection ended'));
  }

  private again(error: unknown): void {
    if (this.stopped) return;
    if (this.failures === 0) this.log.warn(`not listening: ${(error as Error).message}; trying again`);
    const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.connect(), wait);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    await this.client?.end().catch(() => {});
  }
}
