/** Who asks, and where. */
export interface Person {
  readonly email: string;
  readonly orgName: string;
  readonly environmentName: string;
}

/** A message to whoever may change the rules, in the words of the rules themselves. */
export function requestText(
  person: Person,
  connection: string | null,
  permissions: readonly string[],
  auditId?: string,
): string {
  const wanted = permissions.length === 0 ? 'access to' : `${permissions.join(', ')} on`;
  const where = connection === null ? 'a connection' : `the connection "${connection}"`;
  const lines = [
    `Please give me ${wanted} ${where} in Postern.`,
    `Organisation: ${person.orgName}`,
    `Environment: ${person.environmentName}`,
    `Member for the rule: user:${person.email}`,
  ];
  return (auditId === undefined ? lines : [...lines, `Refused statement: audit event ${auditId}`]).join('\n');
}
