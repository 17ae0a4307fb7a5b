import { createCapture } from '../attributes/capture.js';
import { ABANDONED } from '../attributes/keys.js';
import { PACKAGE } from '../base/version.js';
import type { ResolvedConfig } from '../config/options.js';
import { type Announcer, createAnnouncer } from '../delivery/announcer.js';
import type { DeliverySource } from '../delivery/contract.js';
import { createDelivery, type Delivery } from '../delivery/delivery.js';
import { startBody } from '../session/body.js';
import { createSessionQueue, type SessionQueue } from '../session/queue.js';
import { argNamesOf } from '../tracing/arg-names.js';
import type { TracerCore } from '../tracing/core.js';
import { installEngine } from '../tracing/engine.js';
import { createHeldQueue, type HeldQueue } from '../tracing/held.js';
import { makePlan } from '../tracing/plan.js';
import { processorsFor, processorsSource } from '../tracing/processors.js';
import type { RecordedSpan } from '../tracing/recorded-span.js';
import { Recorder } from '../tracing/recorder.js';
import { makeResource } from '../tracing/resource.js';
import { runInSpan } from '../tracing/run-in-span.js';
import { samplerFor } from '../tracing/sampler.js';
import { recordError } from '../tracing/span-call.js';
import { restEvents, silentEvents, spanEvents } from './events.js';
import { nameFilter } from './filters.js';
import { requestHeaders } from './headers.js';
import { memoryDelivery } from './test-delivery.js';

/** The rooms below, put together for one tracer. */
export interface TracerParts {
  readonly core: TracerCore;
  readonly recorder: Recorder;
  readonly delivery: Pick<Delivery, 'enqueue' | 'addSource' | 'flush' | 'close' | 'stats'>;
  readonly held: HeldQueue;
  readonly announcer: Announcer | undefined;
  readonly processors: ReturnType<typeof processorsFor>;
  /** Finished spans, in test mode. */
  readonly testSpans: readonly RecordedSpan[];
  /** Resolves when the session's start was answered or given up. */
  readonly started: Promise<void>;
}

export function compose(config: ResolvedConfig, owner: object): TracerParts {
  installEngine({ argNamesOf, makePlan, runInSpan });
  const silent = config.disabled || config.testMode;
  const headers = requestHeaders(config);
  const held = createHeldQueue();
  const announcer = silent || config.live === false ? undefined : announcerFor(config, headers, () => recorder);
  const onLive = announcer?.ask;
  const wire = silent
    ? undefined
    : deliveryFor(config, headers, onLive, () => endOpenSpans(recorder, held, 'process ended'));
  const testSpans: RecordedSpan[] = [];
  const delivery = wire ?? memoryDelivery(testSpans);
  const processors = processorsFor(config);
  const recorder = new Recorder({
    resource: makeResource(config),
    scopeName: { name: PACKAGE.name, version: PACKAGE.version },
    sampler: samplerFor(config),
    deliver: (span) => delivery.enqueue(span),
    processors,
    passes: nameFilter(config.spanFilters),
  });
  const queue = wire === undefined || !config.sessionApi ? undefined : sessionQueue(config, headers, onLive, wire);
  const self = (): TracerCore => core;
  const core: TracerCore = {
    config,
    capture: createCapture(config.limits, config.redact),
    session: {
      id: config.sessionId,
      name: config.sessionName,
      autoCreate: () => !silent && (queue === undefined || queue.started(config.sessionId) === 'given_up'),
    },
    recorder,
    recording: !config.disabled,
    held,
    events:
      queue !== undefined
        ? restEvents(queue, self)
        : wire === undefined
          ? silentEvents(self)
          : spanEvents(self, { wire, processors, resource: recorder.resource }),
    owner,
    ...(announcer === undefined ? {} : { announce: (span) => recorder.leaves(span) && announcer.announce(span) }),
  };
  recorder.bind(core);
  // What evaluators hold back goes to the user's processors too, when it is let go.
  delivery.addSource(processors.length === 0 ? held : inTurn(held, processorsSource(processors)));
  if (queue !== undefined) delivery.addSource(queue);
  return { core, recorder, delivery, held, announcer, processors, testSpans, started: startOwnSession(core, queue) };
}

/** Nothing that was started is lost: what still runs is ended and says why. */
export function endOpenSpans(recorder: Recorder, held: HeldQueue, reason: string): void {
  held.letGo();
  for (const span of recorder.openSpans()) {
    if (span.ended) continue;
    if (span.waiting) span.stamp(ABANDONED, true);
    else recordError(span, reason);
    span.end();
  }
}

function announcerFor(config: ResolvedConfig, headers: Record<string, string>, recorder: () => Recorder): Announcer {
  return createAnnouncer({
    ...otlpTarget(config, headers),
    always: config.live === true,
    running: () =>
      recorder()
        .openSpans()
        .filter((span) => recorder().leaves(span)),
  });
}

type OnLive = Announcer['ask'] | undefined;

function deliveryFor(
  config: ResolvedConfig,
  headers: Record<string, string>,
  onLive: OnLive,
  onProcessEnd: () => void,
): Delivery {
  const { project, spool, onDrop } = config;
  return createDelivery({
    ...otlpTarget(config, headers),
    sessionHeaders: headers,
    queueBytes: config.limits.queueBytes,
    spanBytes: config.limits.spanBytes,
    target: { serverUrl: config.serverUrl, ...(project === undefined ? {} : { project }) },
    handleExit: config.handleExit,
    onProcessEnd,
    ...(spool === undefined ? {} : { spool }),
    ...(onDrop === undefined ? {} : { onDrop }),
    ...(onLive === undefined ? {} : { onLive }),
  });
}

function otlpTarget(config: ResolvedConfig, headers: Record<string, string>) {
  return {
    endpoint: config.otlpEndpoint,
    headers: { ...headers, ...config.otlpHeaders },
    protocol: config.otlpProtocol,
    allowInsecure: config.allowInsecure,
  };
}

function inTurn(first: DeliverySource, second: DeliverySource): DeliverySource {
  return {
    async drain(deadline) {
      await first.drain(deadline);
      await second.drain(deadline);
    },
    letGo: () => first.letGo?.(),
  };
}

function sessionQueue(
  config: ResolvedConfig,
  headers: Record<string, string>,
  onLive: OnLive,
  wire: Delivery,
): SessionQueue {
  const { serverUrl, allowInsecure } = config;
  return createSessionQueue({
    serverUrl,
    headers,
    ledger: wire.ledger,
    allowInsecure,
    spoolRequest: wire.spoolRequest,
    onLive,
  });
}

function startOwnSession(core: TracerCore, queue: SessionQueue | undefined): Promise<void> {
  const { config, capture } = core;
  if (queue !== undefined) {
    return queue.start(config.sessionId, startBody(config, capture)).then(() => undefined);
  }
  const { sessionId, sessionName, inputs, metadata, userProperties } = config;
  if (core.recording && !config.testMode) {
    core.events.startSession({ sessionId, sessionName, inputs, metadata, config: config.config, userProperties });
  }
  return Promise.resolve();
}
