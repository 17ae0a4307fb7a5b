import { HoneyHiveError, isHoneyHiveError } from '../../src/base/errors.js';

/** Why a judge gave no verdict. It becomes `error.type` of the result, which is then unscored. */
export type JudgeFailure =
  /** The answer did not fit the schema, nor did the one after the repair turn. */
  | 'judge_parse_error'
  /** The model declined to judge, or a content filter stopped it. */
  | 'judge_refused'
  /** The server answered with an error, or with something that is no answer. */
  | 'judge_http_error'
  /** No connection, or it broke. */
  | 'judge_unreachable'
  /** No answer within the client's time. */
  | 'judge_timeout'
  /** The key would have travelled in the clear. */
  | 'judge_insecure'
  /** The user's own client rejected. */
  | 'judge_failed';

/** Why a judge could not be heard. Carries no request: neither key nor prompt can leak with it. */
export class JudgeError extends HoneyHiveError {
  override readonly name: JudgeFailure;
  readonly status?: number;

  constructor(failure: JudgeFailure, message: string, status?: number) {
    super('evaluator', message);
    this.name = failure;
    if (status !== undefined) this.status = status;
  }
}

/** Whether `value` is a {@link JudgeError}, from any copy of the package. */
export function isJudgeError(value: unknown): value is JudgeError {
  return isHoneyHiveError(value) && value.name.startsWith('judge_');
}
