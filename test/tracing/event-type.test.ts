import type { Attributes } from '@opentelemetry/api';
import { createTestTracer } from 'honeyhive-decorators/testing';
import { eventTypeOf } from '../../server/src/wire/event-type.js';
import type { JsonObject } from '../../server/src/wire/value.js';
import cases from '../support/event-types.json';

const tracer = createTestTracer();
afterAll(() => tracer.close());

describe('the type of a span that nobody gave one', () => {
  it.each(cases)('$name with $attributes is a $type, for the SDK and for the server', ({ name, attributes, type }) => {
    tracer.provider
      .getTracer('library')
      .startSpan(name, { attributes: attributes as Attributes })
      .end();
    expect(tracer.testSpans.at(-1)?.attributes.honeyhive_event_type).toBe(type);
    expect(eventTypeOf(name, attributes as JsonObject)).toBe(type);
  });
});
