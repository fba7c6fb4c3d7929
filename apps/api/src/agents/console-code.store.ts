import type { Tx } from '../tenancy/tenant-db.js';

export interface ConsoleCode {
  codeHash: string;
  orgId: string;
  userId: string;
  agentId: string;
  redirectUri: string;
  codeChallenge: string;
  expiresAt: Date;
}

/** Adds a code; those of the organisation that expired unused go with it. */
export async function insertCode(tx: Tx, code: ConsoleCode): Promise<void> {
  await tx.consoleCode.deleteMany({ where: { expiresAt: { lt: new Date() } } });
  await tx.consoleCode.createMany({ data: [code] });
}

/** Takes a code away and answers with it: nobody else gets it after this. */
export async function takeCode(tx: Tx, codeHash: string): Promise<ConsoleCode | undefined> {
  const rows = await tx.$queryRaw<ConsoleCode[]>`
    delete from console_code where code_hash = ${codeHash}
    returning code_hash as "codeHash", org_id as "orgId", user_id as "userId", agent_id as "agentId",
      redirect_uri as "redirectUri", code_challenge as "codeChallenge", expires_at as "expiresAt"`;
  return rows[0];
}

export function findMemberUser(
  tx: Tx,
  userId: string,
): Promise<{ id: string; email: string; name: string } | null> {
  return tx.user.findFirst({
    where: { id: userId, memberships: { some: {} } },
    select: { id: true, email: true, name: true },
  });
}
