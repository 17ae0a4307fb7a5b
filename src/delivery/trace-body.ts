import { fieldsOf } from './protobuf-fields.js';

/*
 * What delivery needs to know of an encoded OTLP trace request: the spans' names, and the way to cut it in two.
 * Batches keep no list of their spans; this runs only when one is refused or dropped.
 */

/** A message field with new content. */
function wrap(number: number, content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  const head = [(number << 3) | 2];
  let rest = length;
  while (rest > 0x7f) {
    head.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  head.push(rest);
  return Buffer.concat([Uint8Array.from(head), ...content]);
}

/** The names of the first `limit` spans in a protobuf request. */
export function protobufNames(body: Uint8Array, limit: number): string[] {
  const names: string[] = [];
  for (const resource of fieldsOf(body)) {
    for (const scope of fieldsOf(resource.value)) {
      if (scope.number !== 2) continue;
      for (const span of fieldsOf(scope.value)) {
        if (span.number !== 2) continue;
        if (names.length >= limit) return names;
        const name = fieldsOf(span.value).find((field) => field.number === 5);
        names.push(name === undefined ? '' : Buffer.from(name.value).toString('utf8'));
      }
    }
  }
  return names;
}

/** The spans from `from` up to `to` of a protobuf request, as a request of their own. */
export function protobufSlice(body: Uint8Array, from: number, to: number): Uint8Array {
  let index = 0;
  const resources: Uint8Array[] = [];
  for (const resource of fieldsOf(body)) {
    let kept = 0;
    const inner = fieldsOf(resource.value).flatMap((field) => {
      if (field.number !== 2) return [field.whole];
      const spans: Uint8Array[] = [];
      const rest: Uint8Array[] = [];
      for (const item of fieldsOf(field.value)) {
        if (item.number !== 2) rest.push(item.whole);
        else if (index >= from && index < to) spans.push(item.whole);
        if (item.number === 2) index += 1;
      }
      kept += spans.length;
      return spans.length > 0 ? [wrap(2, [...rest, ...spans])] : [];
    });
    if (kept > 0) resources.push(wrap(1, inner));
  }
  return Buffer.concat(resources);
}

interface JsonRequest {
  resourceSpans: { scopeSpans: { spans: { name?: string }[] }[] }[];
}

/** The names of the first `limit` spans in a JSON request. */
export function jsonNames(body: Uint8Array, limit: number): string[] {
  const request = JSON.parse(Buffer.from(body).toString('utf8')) as JsonRequest;
  const spans = request.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans));
  return spans.slice(0, limit).map((span) => span.name ?? '');
}

/** The spans from `from` up to `to` of a JSON request, as a request of their own. */
export function jsonSlice(body: Uint8Array, from: number, to: number): Uint8Array {
  const request = JSON.parse(Buffer.from(body).toString('utf8')) as JsonRequest;
  let index = 0;
  for (const resource of request.resourceSpans) {
    for (const scope of resource.scopeSpans) {
      scope.spans = scope.spans.filter(() => {
        index += 1;
        return index > from && index <= to;
      });
    }
    resource.scopeSpans = resource.scopeSpans.filter((scope) => scope.spans.length > 0);
  }
  request.resourceSpans = request.resourceSpans.filter((resource) => resource.scopeSpans.length > 0);
  return Buffer.from(JSON.stringify(request), 'utf8');
}
