/** JSON over several lines. Only white space changes: digits, double keys and their order stay, which JSON.parse would lose. */
export function prettyJson(text: string): string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  let out = '';
  const line = () => `\n${'  '.repeat(depth)}`;
  for (const [index, token] of tokens.entries()) {
    const isEmpty = /[{[]/.test(tokens[index - 1] ?? '') && tokens[index - 1]?.length === 1;
    if (token === '}' || token === ']') {
      depth -= 1;
      out += isEmpty ? token : line() + token;
    } else if (token === ',') out += `,${line()}`;
    else if (token === ':') out += ': ';
    else if (token === '{' || token === '[') {
      depth += 1;
      const next = tokens[index + 1];
      out += next === '}' || next === ']' ? token : token + line();
    } else out += token;
  }
  return out;
}
