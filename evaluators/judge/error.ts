import { HoneyHiveError, isHoneyHiveError } from '../../src/base/errors.js';
import type { TokenUsage } from '../result.js';

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

/** What is known about a failure besides its kind: the server's status, and what the answer cost all the same. */
export interface JudgeFailureDetails {
  readonly status?: number | undefined;
  readonly usage?: TokenUsage | undefined;
  /** In US dollars. */
  readonly costUsd?: number | undefined;
}

/** Why a judge could not be heard. Carries no request: neither key nor prompt can leak with it. */
export class JudgeError extends HoneyHiveError {
  override readonly name: JudgeFailure;
  readonly status: number | undefined;
  readonly usage: TokenUsage | undefined;
  readonly costUsd: number | undefined;

  constructor(failure: JudgeFailure, message: string, { status, usage, costUsd }: JudgeFailureDetails = {}) {
    super('evaluator', message);
    this.name = failure;
    this.status = status;
    this.usage = usage;
    this.costUsd = costUsd;
  }
}

/** Whether `value` is a {@link JudgeError}, from any copy of the package. */
export function isJudgeError(value: unknown): value is JudgeError {
  return isHoneyHiveError(value) && value.name.startsWith('judge_');
}
