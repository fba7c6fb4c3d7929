/** PostgreSQL would answer a malformed id with an error of its own: to us it is one that does not exist. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
