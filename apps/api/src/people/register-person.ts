import { PosternError } from '@postern/core/errors';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { checkNewPassword, hashPassword } from '../auth/password.js';
import { input, parseInput } from '../errors/parse-input.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { insertPerson } from './person.store.js';

const newPerson = z.object({ email: input.email, name: input.name });

/** Somebody new, checked and with a hashed password, ready to be stored in the transaction that makes them a member. */
export interface NewPerson {
  id: string;
  email: string;
  name: string;
  passwordHash: string;
}

export async function prepareNewPerson(given: {
  email: string;
  name: string;
  password: string;
}): Promise<NewPerson> {
  const { email, name } = parseInput(newPerson, given);
  checkNewPassword(given.password);
  return { id: uuidv7(), email, name, passwordHash: await hashPassword(given.password) };
}

export const registerPerson = (tx: Tx, person: NewPerson): Promise<void> => insertPerson(tx, person);

/** Turns the violation of `users_email_unique` into the error for people; hands on any other. */
export function emailTaken(error: unknown, email: string): never {
  if (violatedConstraint(error) !== 'users_email_unique') throw error;
  throw new PosternError('auth.email_taken', `\`${email}\` has an account already`, {
    field: 'email',
    fix: 'sign in with it',
  });
}
