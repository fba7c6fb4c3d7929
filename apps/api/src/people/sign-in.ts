import { Injectable, Logger } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { AttemptLimiter } from '../auth/attempt-limiter.js';
import { verifyPassword } from '../auth/password.js';
import type { Person } from '../auth/sessions.js';
import { auditActorOf } from '../tenancy/actor.js';
import { SystemDb } from '../tenancy/system-db.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { type Credentials, findCredentials, findMemberships } from './person.store.js';

/** Signing in with e-mail and password. Unknown people and wrong passwords get the same answer, in the same time. */
@Injectable()
export class SignIn {
  private readonly log = new Logger('sign-in');

  constructor(
    private readonly systemDb: SystemDb,
    private readonly tenantDb: TenantDb,
    private readonly limiter: AttemptLimiter,
  ) {}

  /** Proves who it is, and records it with each of their organisations before they are let in. */
  async run(given: { email: string; password: string; address: string }): Promise<Person> {
    const person = await this.prove(given);
    await this.record(person.userId, 'user.signed_in', person);
    return person;
  }

  /** Only the proof: joining with an invitation uses it too. */
  async prove({
    email: typed,
    password,
    address,
  }: {
    email: string;
    password: string;
    address: string;
  }): Promise<Person> {
    const email = typed.trim().toLowerCase();
    this.limiter.attempt(email, address);
    const found = await findCredentials(this.systemDb, email);
    if (!(await verifyPassword(found?.passwordHash, password))) {
      this.recordFailure(found);
      throw new PosternError('auth.bad_credentials', 'the e-mail address or the password is wrong', {
        fix: 'try again, or ask an administrator of your organisation for a new invitation',
      });
    }
    this.limiter.succeeded(email, address);
    const { userId, name } = found as Credentials;
    return { userId, email, name };
  }

  /** Not waited for: the time it takes would tell known people from unknown ones. */
  private recordFailure(found: Credentials | undefined): void {
    if (!found) return;
    this.record(found.userId, 'user.sign_in_failed', found).catch((error) => this.log.error(error));
  }

  private async record(
    userId: string,
    kind: 'user.signed_in' | 'user.sign_in_failed',
    person: Person,
  ): Promise<void> {
    for (const org of await findMemberships(this.systemDb, userId)) {
      const actor =
        kind === 'user.signed_in'
          ? auditActorOf(person)
          : { type: 'anonymous' as const, id: '', label: person.email };
      await this.tenantDb.withOrg(org.id, (tx) =>
        recordChange(tx, org.id, {
          kind,
          actor,
          target: { type: 'user', id: userId, label: person.email },
          ...(kind === 'user.sign_in_failed'
            ? { decision: 'denied' as const, reason: 'wrong password' }
            : {}),
        }),
      );
    }
  }
}
