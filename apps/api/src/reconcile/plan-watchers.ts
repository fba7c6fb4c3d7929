import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CHANNELS, Notifications } from '../notifications/notifications.js';

/** An apply tells of every statement; nobody reads faster than this. */
const TOLD_EVERY_MS = 250;

/** Who watches a plan, woken when it moved. A hint may be lost: whoever is woken reads the row. */
@Injectable()
export class PlanWatchers implements OnModuleInit, OnModuleDestroy {
  private readonly byPlan = new Map<string, Set<() => void>>();
  private stopped = false;

  constructor(private readonly notifications: Notifications) {}

  onModuleInit(): void {
    this.notifications.subscribe(CHANNELS.plan, {
      onMessage: (payload) => this.wake(payload),
      onGap: () => {
        for (const plan of this.byPlan.keys()) this.wake(plan);
      },
    });
  }

  /** Yields at once, and each time that the plan may have moved, until `signal` says so. */
  async *watch(orgId: string, planId: string, signal: AbortSignal): AsyncGenerator<void> {
    const key = `${orgId}:${planId}`;
    let isDue = true;
    let wake: () => void = () => undefined;
    const hint = () => {
      isDue = true;
      wake();
    };
    const watchers = this.byPlan.get(key) ?? new Set();
    this.byPlan.set(key, watchers.add(hint));
    signal.addEventListener('abort', hint, { once: true });
    try {
      while (!signal.aborted && !this.stopped) {
        if (!isDue) await new Promise<void>((resolve) => (wake = resolve));
        if (signal.aborted || this.stopped) return;
        isDue = false;
        yield;
        await new Promise((resolve) => setTimeout(resolve, TOLD_EVERY_MS));
      }
    } finally {
      signal.removeEventListener('abort', hint);
      watchers.delete(hint);
      if (watchers.size === 0 && this.byPlan.get(key) === watchers) this.byPlan.delete(key);
    }
  }

  private wake(key: string): void {
    for (const hint of this.byPlan.get(key) ?? []) hint();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    for (const key of this.byPlan.keys()) this.wake(key);
  }
}
