import type { Desired, RoleGraph } from '@postern/core/roles';
import { RolesFailure } from './failure.js';
import { scramVerifier, verifierMatches } from './scram.js';

/** Passwords by role. They live in this map only: no graph, plan, digest or output has them. */
export type Passwords = ReadonlyMap<string, string>;

/** Reads the passwords that the manifest refers to; every variable that is missing is named at once. */
export function readPasswords(
  desired: Desired,
  environment: Readonly<Record<string, string | undefined>>,
): Passwords {
  const passwords = new Map<string, string>();
  const missing: string[] = [];
  for (const [role, { passwordEnv, at }] of desired.roles) {
    if (passwordEnv === null) continue;
    const password = environment[passwordEnv];
    if (password !== undefined && password !== '') passwords.set(role, password);
    else missing.push(`${at.file}:${at.line}: role \`${role}\` reads its password from \`${passwordEnv}\``);
  }
  if (missing.length > 0)
    throw new RolesFailure(
      missing.length === 1 ? 'a password is not set' : `${missing.length} passwords are not set`,
      'set the environment variables, or remove `password` so that the stored password stays',
      missing,
    );
  return passwords;
}

/** Roles whose stored password is not the wanted one, or can't be compared. */
export function passwordsToSet(passwords: Passwords, current: RoleGraph): string[] {
  const roles = [...passwords].filter(([role, password]) => {
    const verifier = current.roles.get(role)?.verifier;
    return verifier === undefined || !verifierMatches(verifier, password);
  });
  return roles.map(([role]) => role);
}

/** What is sent instead of the passwords. Salts are random, so that each call gives others. */
export function verifiersOf(passwords: Passwords, roles: Iterable<string>): Map<string, string> {
  const verifiers = new Map<string, string>();
  for (const role of roles) {
    const password = passwords.get(role);
    if (password !== undefined) verifiers.set(role, scramVerifier(password));
  }
  return verifiers;
}
