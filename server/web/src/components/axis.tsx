import { formatDuration } from '../format.js';
import { type TimeRange, ticksOf } from '../scale.js';

const percent = (tick: number, range: TimeRange) =>
  `${range.end > range.start ? (tick / (range.end - range.start)) * 100 : 0}%`;

/** The time scale above the waterfall. */
export function Axis({ range }: { readonly range: TimeRange }) {
  return (
    <div className="axis" aria-hidden="true">
      <span className="axis-name">Span</span>
      <span className="axis-duration">Duration</span>
      <span className="track">
        {ticksOf(range).map((tick) => (
          <span className="tick" key={tick} style={{ left: percent(tick, range) }}>
            {formatDuration(tick)}
          </span>
        ))}
      </span>
    </div>
  );
}

/** Its lines, drawn once behind all rows. */
export function GridLines({ range }: { readonly range: TimeRange }) {
  return (
    <div className="grid-lines" aria-hidden="true">
      <span className="track">
        {ticksOf(range).map((tick) => (
          <span className="grid-line" key={tick} style={{ left: percent(tick, range) }} />
        ))}
      </span>
    </div>
  );
}
