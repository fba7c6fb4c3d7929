import type { Writable } from 'node:stream';
import type { Permission } from '@postern/core/policy';
import { permissionsOf } from '@postern/core/policy';
import type { ClassifyResult, WallBreak } from '@postern/core/sql';
import { z } from 'zod';
import { type Line, linesOf, MAX_LINE_BYTES } from './lines.js';

type Id = string | number | null;
type Classify = (sql: string) => Promise<ClassifyResult>;

/** One line of the answer. `refused` is there when something is refused whatever the permissions. */
export type StreamAnswer =
  | { readonly id: Id; readonly permissions: readonly Permission[]; readonly refused?: readonly WallBreak[] }
  | {
      readonly id: Id;
      readonly error: { readonly code: string; readonly message: string; readonly position?: number };
    };

const Request = z.object({ id: z.union([z.string(), z.int()]), sql: z.string() });
const Identified = Request.pick({ id: true });

/** Answers are written in pieces of about this size. */
const WRITE_CHARACTERS = 65_536;

/**
 * JSON lines in, one answer a line out, in the order of the lines. Nothing is read while nobody takes the answers, so
 * memory stays what one line and one piece of answers need.
 */
export async function checkStream(
  classify: Classify,
  input: AsyncIterable<Buffer>,
  output: Writable,
): Promise<void> {
  for await (const lines of linesOf(input)) {
    let answers = '';
    for (const line of lines) {
      answers += `${JSON.stringify(await answerLine(classify, line))}\n`;
      if (answers.length < WRITE_CHARACTERS) continue;
      await write(output, answers);
      answers = '';
    }
    if (answers !== '') await write(output, answers);
  }
}

async function answerLine(classify: Classify, line: Line): Promise<StreamAnswer> {
  if ('problem' in line) return unreadable(line.problem);
  const value = parseJson(line.text);
  const request = Request.safeParse(value);
  if (request.success) {
    const { id, sql } = request.data;
    return answer(id, await classify(sql));
  }
  const identified = Identified.safeParse(value);
  return invalid(identified.success ? identified.data.id : null);
}

function answer(id: Id, result: ClassifyResult): StreamAnswer {
  if (!result.ok) return { id, error: result.rejection };
  const { required, statements } = result.classification;
  const refused = statements.flatMap((statement) => statement.wallBreaks);
  return { id, permissions: permissionsOf(required), ...(refused.length > 0 ? { refused } : {}) };
}

function unreadable(problem: 'too_long' | 'not_utf8'): StreamAnswer {
  if (problem === 'not_utf8')
    return { id: null, error: { code: 'input.invalid', message: 'the line is not UTF-8' } };
  return {
    id: null,
    error: { code: 'sql.too_large', message: `the line is longer than ${MAX_LINE_BYTES} bytes` },
  };
}

function invalid(id: Id): StreamAnswer {
  const message = 'the line is not a JSON object with `id` (a string or a whole number) and `sql` (a string)';
  return { id, error: { code: 'input.invalid', message } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Waits until the piece is taken: never more than one is held. */
function write(output: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
