import { ProxyTracerProvider, type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import { shared } from '../base/slot.js';

/** What is registered with OpenTelemetry for all tracers of this process, and which of them has it now. */
interface Seat {
  readonly provider: TracerProvider;
  current: TracerProvider | undefined;
}

const seat = (): Seat => shared('global-provider', makeSeat);

/**
 * Libraries ask for a tracer once and keep it, and OpenTelemetry takes one provider for good. So what is registered
 * passes each span on to whichever tracer has the seat at that moment; without one, spans record nothing.
 */
function makeSeat(): Seat {
  const nobody = new ProxyTracerProvider();
  const made: Seat = {
    current: undefined,
    provider: {
      getTracer(name, version, options) {
        let of: TracerProvider | undefined;
        let known: Tracer | undefined;
        const tracer = (): Tracer => {
          const now = made.current ?? nobody;
          if (known === undefined || of !== now) {
            of = now;
            known = now.getTracer(name, version, options);
          }
          return known;
        };
        return {
          startSpan: (spanName, spanOptions, at) => tracer().startSpan(spanName, spanOptions, at),
          startActiveSpan: (...args: unknown[]): never => {
            const own = tracer();
            return Reflect.apply(own.startActiveSpan, own, args) as never;
          },
        };
      },
    },
  };
  return made;
}

/** Makes `provider` the global one where none is: of the program, or another tracer's. `force`: whatever there is. */
export function becomeGlobal(provider: TracerProvider, force: boolean): void {
  const ours = seat();
  if (force) trace.disable();
  // Refused, without an error, where the program has a provider of its own.
  if (!isSeated(ours)) trace.setGlobalTracerProvider(ours.provider);
  if (isSeated(ours) && (force || ours.current === undefined)) ours.current = provider;
}

/** `provider` ends: `next` takes its place, or nobody, and then the program may set one of its own. */
export function leaveGlobal(provider: TracerProvider, next: TracerProvider | undefined): void {
  const ours = seat();
  if (ours.current !== provider) return;
  ours.current = next;
  if (next === undefined && isSeated(ours)) trace.disable();
}

function isSeated({ provider }: Seat): boolean {
  const registered = trace.getTracerProvider() as Partial<ProxyTracerProvider>;
  return registered.getDelegate?.() === provider;
}
