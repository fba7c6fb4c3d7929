import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { isPrivateDestination } from './destination.js';
import type { IntegrationRow } from './integration.store.js';
import { integrationInput } from './integration-input.js';

/** A page that is open asks every few seconds; names are not looked up each time. */
const KEPT_MS = 60_000;
const HOSTS_MOST = 1_000;

/** Says which of the integrations that are there could not be saved today: rules came after them, or a setting was changed. */
@Injectable()
export class RefusedDestinations {
  private readonly looked = new Map<string, { at: number; isPrivate: Promise<boolean> }>();

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Why nothing is sent there; null: it may be. */
  async reasonFor({ kind, name, url, eventTypes }: IntegrationRow): Promise<string | null> {
    const { allowPrivateDestinations } = this.config;
    const read = integrationInput(allowPrivateDestinations).safeParse({ kind, name, url, eventTypes });
    const problem = read.error?.issues.find(({ path }) => path[0] === 'url');
    if (problem) return `its address ${problem.message}`;
    if (allowPrivateDestinations || !(await this.isPrivate(new URL(url).hostname))) return null;
    return 'its address is private; the control plane sends to public ones only';
  }

  private isPrivate(host: string): Promise<boolean> {
    const now = Date.now();
    const known = this.looked.get(host);
    if (known && now - known.at < KEPT_MS) return known.isPrivate;
    if (this.looked.size >= HOSTS_MOST) this.looked.clear();
    const isPrivate = isPrivateDestination(host);
    this.looked.set(host, { at: now, isPrivate });
    return isPrivate;
  }
}
