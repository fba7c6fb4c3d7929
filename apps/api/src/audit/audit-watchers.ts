import type { ServerResponse } from 'node:http';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CHANNELS, Notifications } from '../notifications/notifications.js';

/** Busy agents push many times a second; a page that reads twice a second is live enough. */
const TOLD_EVERY_MS = 500;
const COMMENT_EVERY_MS = 15_000;
/** Then the browser connects anew, and is asked again who it is. */
const OPEN_MS = 10 * 60_000;
const MOST_AN_ORG = 200;

/**
 * Open pages that watch a trail, told that there is more; what it is they ask for themselves, with their rights of that moment. A
 * hint that is lost costs little: the next one, or the page's own clock, brings what was missed.
 */
@Injectable()
export class AuditWatchers implements OnModuleInit, OnModuleDestroy {
  private readonly byOrg = new Map<string, Set<ServerResponse>>();
  private readonly due = new Map<string, NodeJS.Timeout>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly notifications: Notifications) {}

  onModuleInit(): void {
    this.notifications.subscribe(CHANNELS.audit, {
      onMessage: (orgId) => this.hint(orgId),
      onGap: () => {
        for (const orgId of this.byOrg.keys()) this.hint(orgId);
      },
    });
    this.timer = setInterval(() => this.comment(), COMMENT_EVERY_MS);
    this.timer.unref();
  }

  /** Keeps `response` open; its head has been sent. */
  open(orgId: string, response: ServerResponse): void {
    const watchers = this.byOrg.get(orgId) ?? new Set();
    const [oldest] = watchers;
    if (watchers.size >= MOST_AN_ORG) oldest?.end();
    this.byOrg.set(orgId, watchers.add(response));
    const end = setTimeout(() => response.end(), OPEN_MS);
    end.unref();
    response.on('error', () => {});
    response.once('close', () => {
      clearTimeout(end);
      watchers.delete(response);
      if (watchers.size === 0 && this.byOrg.get(orgId) === watchers) this.byOrg.delete(orgId);
    });
    response.write('retry: 2000\n\n');
  }

  private hint(orgId: string): void {
    if (!this.byOrg.has(orgId) || this.due.has(orgId)) return;
    const tell = () => {
      this.due.delete(orgId);
      for (const response of this.byOrg.get(orgId) ?? []) response.write('event: more\ndata: {}\n\n');
    };
    this.due.set(orgId, setTimeout(tell, TOLD_EVERY_MS));
  }

  private comment(): void {
    for (const watchers of this.byOrg.values())
      for (const response of watchers) response.write(': still here\n\n');
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    for (const timer of this.due.values()) clearTimeout(timer);
    for (const watchers of [...this.byOrg.values()]) for (const response of [...watchers]) response.end();
  }
}
