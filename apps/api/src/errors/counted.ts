/** "3 rules", "1 rule": how many of what stand in the way. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
