/** A decorator of one's own on top of `trace`: retries, with every attempt on the span. */
import { setTimeout as sleep } from 'node:timers/promises';
import { enrichSpan, getLogger, HoneyHiveTracer, trace } from 'honeyhive-decorators';

HoneyHiveTracer.init({ sessionName: 'retries' });
const logger = getLogger('retry');

type AsyncMethod<A extends unknown[], R> = (...args: A) => Promise<R>;

function TraceWithRetry({ maxAttempts = 3, backoffMs = 1 } = {}) {
  return <A extends unknown[], R>(
    _target: object,
    name: string,
    descriptor: TypedPropertyDescriptor<AsyncMethod<A, R>>,
  ): void => {
    const original = descriptor.value as AsyncMethod<A, R>;
    const retrying = async function (this: unknown, ...args: A): Promise<R> {
      enrichSpan({ 'retry.max_attempts': maxAttempts, 'retry.backoff_ms': backoffMs });
      for (let attempt = 1; ; attempt++) {
        enrichSpan({ 'retry.current_attempt': attempt, 'retry.is_retry': attempt > 1 });
        try {
          const result = await original.apply(this, args);
          enrichSpan({ 'retry.success': true, 'retry.attempts_used': attempt });
          return result;
        } catch (error) {
          enrichSpan({ [`retry.attempt_${attempt}.error`]: (error as Error).message });
          if (attempt === maxAttempts) {
            enrichSpan({ 'retry.success': false, 'retry.exhausted': true });
            throw error;
          }
          logger.warning(`attempt ${attempt} of ${name} failed`, { attempt });
          await sleep(backoffMs * 2 ** (attempt - 1));
        }
      }
    };
    descriptor.value = trace({ eventType: 'retryable_operation', eventName: name })(retrying);
  };
}

class Weather {
  private calls = 0;

  @TraceWithRetry({ maxAttempts: 3 })
  async flaky(city: string): Promise<string> {
    this.calls += 1;
    if (this.calls < 3) throw new Error(`503 at call ${this.calls}`);
    return `sunny in ${city}`;
  }

  @TraceWithRetry({ maxAttempts: 2 })
  async broken(): Promise<never> {
    throw new Error('the station is gone');
  }
}

const weather = new Weather();
void weather.flaky('Oslo').then(console.log);
void weather.broken().catch((error: Error) => console.log(error.message));
