import { formatDuration, formatPlural } from '../format.js';
import { fieldsOf, numberOr, textOf } from '../read.js';
import { JsonTree } from './json-tree.js';
import { Section } from './section.js';

function EventItem({ event, spanStart }: { readonly event: unknown; readonly spanStart: number }) {
  const raw = fieldsOf(event);
  const time = numberOr(raw.time, numberOr(raw.timeMs, numberOr(raw.timestamp, null)));
  const attributes = fieldsOf(raw.attributes);
  const leftOut = numberOr(raw.droppedAttributes, 0);
  return (
    <li className="event">
      <div className="event-line">
        <span className="event-name">{textOf(raw.name) || 'unnamed'}</span>
        {time !== null && <span className="offset">+{formatDuration(Math.max(0, time - spanStart))}</span>}
      </div>
      {Object.keys(attributes).length > 0 && <JsonTree value={attributes} />}
      {leftOut > 0 && <p className="panel-empty">The sender left out {formatPlural(leftOut, 'attribute')}.</p>}
    </li>
  );
}

/** What happened inside the span, in the order it was sent. */
export function EventList({ events, spanStart }: { readonly events: readonly unknown[]; readonly spanStart: number }) {
  if (events.length === 0) return null;
  return (
    <Section title="Events" count={events.length} copied={events} startsOpen={false}>
      <ul className="events">
        {events.slice(0, 200).map((event, i) => (
          // Events have no identity but their place.
          <EventItem key={String(i)} event={event} spanStart={spanStart} />
        ))}
      </ul>
      {events.length > 200 && (
        <p className="panel-empty">{events.length - 200} more events; the copy button above gives all.</p>
      )}
    </Section>
  );
}
