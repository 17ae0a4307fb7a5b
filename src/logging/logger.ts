import type { DestinationStream, Logger, LoggerOptions as PinoOptions } from 'pino';
import { load } from '../base/load.js';
import { shared } from '../base/slot.js';
import { readException } from './exception.js';
import { levelOf } from './level.js';
import { currentCapture, type Line, lineOf, masked } from './line.js';
import { pretty } from './pretty.js';
import { addSpanEvent } from './span-event.js';

/** Either order: a message and fields, or pino's own, fields and a message. An `Error` counts as fields (`err`). */
export interface LogMethod {
  (message: string, fields?: object): void;
  (fields: object, message?: string, ...values: unknown[]): void;
  (message: string, ...values: unknown[]): void;
}

type ChildOptions = Parameters<Logger['child']>[1];
type Replaced = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'child';

/** A pino logger whose every line carries the ids and the enrichment of the active span. */
export interface HoneyHiveLogger extends Omit<Logger, Replaced> {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  /** The same as `warn`. */
  readonly warning: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  /**
   * Logs what was thrown, at level `error` and with its stack: the error first or the message first. `message` defaults
   * to the error's own. Of two texts the first is what was thrown.
   */
  exception(error: unknown, message?: string, fields?: object): void;
  exception(message: string, error: unknown, fields?: object): void;
  exception(error: unknown, fields: object): void;
  /** A logger that writes `bindings` with each line. */
  child(bindings: object, options?: ChildOptions): HoneyHiveLogger;
}

export interface LoggerOptions {
  /** Where lines go. Default: standard output, readable on a terminal and JSON elsewhere. */
  destination?: DestinationStream | undefined;
  /** Default: `HH_LOG_LEVEL`, else `info`. */
  level?: string | undefined;
  /** Copies each line to the active span, as an event `log`. Default false. */
  spanEvents?: boolean | undefined;
}

type MakePino = (options: PinoOptions, destination?: DestinationStream) => Logger;

const loggers = (): Map<string, HoneyHiveLogger> => shared('loggers', () => new Map<string, HoneyHiveLogger>());
const MOST_NAMES = 1_000;

/**
 * A pino logger whose lines can be found beside their trace: each carries `trace_id`, `span_id`, `session_id` and what
 * `enrichSpan` set on the active span. Secrets are masked as they are on spans. Lines go to standard output.
 *
 * @example
 * const logger = getLogger('orders');
 * logger.info('order placed', { orderId: 7 });
 */
export function getLogger(name?: string, options?: LoggerOptions): HoneyHiveLogger {
  const level =
    options?.level === undefined ? levelOf(process.env.HH_LOG_LEVEL, 'HH_LOG_LEVEL') : levelOf(options.level, 'level');
  if (options?.destination !== undefined || options?.spanEvents) return make(name, level, options);

  const key = JSON.stringify([name ?? null, level]);
  let logger = loggers().get(key);
  if (logger === undefined) {
    logger = make(name, level, {});
    if (loggers().size < MOST_NAMES) loggers().set(key, logger);
  }
  return logger;
}

function make(
  name: string | undefined,
  level: string,
  { destination, spanEvents = false }: LoggerOptions,
): HoneyHiveLogger {
  const { pino } = load<{ pino: MakePino }>('pino');
  const settings: PinoOptions = {
    ...(name === undefined ? {} : { name }),
    level,
    // Values arrive masked and copied; pino's own reading of an error would read the original.
    serializers: { err: (value: unknown) => value },
    hooks: {
      logMethod(args, method, number) {
        let line: Line | undefined;
        try {
          line = lineOf(args);
          if (spanEvents) addSpanEvent(line, this.levels.labels[number] ?? String(number));
        } catch {
          // A log call never throws; what could not be read is left out.
        }
        if (line === undefined) method.call(this, typeof args[0] === 'string' ? args[0] : '');
        // An argument, not a format: what looks like a placeholder now is the user's text.
        else if (line.message === undefined) method.call(this, forPino(line.fields));
        else method.call(this, forPino(line.fields), '%s', line.message);
      },
    },
  };
  const logger = pino(settings, destination ?? terminal());
  const { child, setBindings } = logger;
  // Children have their parent as prototype, so these hold for them too.
  return Object.assign(logger, {
    child(this: Logger, bindings: object, options?: ChildOptions) {
      return child.call(this, forPino(masked(bindings ?? {}, currentCapture())), options);
    },
    setBindings(this: Logger, bindings: object) {
      setBindings.call(this, forPino(masked(bindings, currentCapture())));
    },
    warning(this: Logger, ...args: Parameters<Logger['warn']>) {
      this.warn(...args);
    },
    exception(this: Logger, ...args: unknown[]) {
      const { err, message, fields } = readException(args);
      this.error({ ...(fields === undefined ? {} : masked(fields, currentCapture())), ...err }, message);
    },
  }) as unknown as HoneyHiveLogger;
}

/**
 * pino looks up in plain objects how to write a field, and those know `valueOf` and the like too: fields of such names
 * go together into one of the name `other`.
 */
function forPino(fields: Record<string, unknown>): Record<string, unknown> {
  const odd = Object.keys(fields).filter((key) => key in Object.prototype);
  if (odd.length === 0) return fields;
  const other = Object.create(null) as Record<string, unknown>;
  const rest: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) (odd.includes(key) ? other : rest)[key] = fields[key];
  return Object.assign(rest, { other });
}

/** Readable lines where a person reads them; elsewhere pino's own way to standard output. */
function terminal(): DestinationStream | undefined {
  const { stdout, env } = process;
  if (!stdout.isTTY) return undefined;
  const colors = !env.NO_COLOR && env.TERM !== 'dumb';
  return { write: (line: string) => void stdout.write(pretty(line, colors)) };
}
