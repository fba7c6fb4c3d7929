import { type ErrorCode, PosternError } from '@postern/core/errors';

/** One thing wrong with what somebody sent. */
export interface InputProblem {
  readonly code: ErrorCode;
  readonly field: string;
  readonly message: string;
  readonly fix: string;
}

/** Several problems at once: the first is the error, all of them stand in `extensions.problems`. */
export class InvalidInput extends PosternError {
  constructor(readonly problems: readonly [InputProblem, ...InputProblem[]]) {
    const [{ code, message, field, fix }] = problems;
    super(code, message, { field, fix });
  }
}
