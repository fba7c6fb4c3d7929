import { z } from 'zod';
import type { Person } from '../auth/sessions.js';
import { input, parseInput } from '../errors/parse-input.js';
import { foundOrg, withFreeSlug } from '../orgs/create-org.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { emailTaken, prepareNewPerson, registerPerson } from './register-person.js';

/** A new person with an organisation of their own: both or neither. */
export async function signUp(
  db: TenantDb,
  given: { email: string; name: string; password: string; orgName: string },
): Promise<Person> {
  const { orgName } = parseInput(z.object({ orgName: input.name }), given);
  const newPerson = await prepareNewPerson(given);
  const person: Person = { userId: newPerson.id, email: newPerson.email, name: newPerson.name };
  await withFreeSlug(orgName, (org) =>
    db.withOrg(org.id, async (tx) => {
      await registerPerson(tx, newPerson);
      await foundOrg(tx, org, person);
    }),
  ).catch((error) => emailTaken(error, newPerson.email));
  return person;
}
