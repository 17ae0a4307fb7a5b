import type { RefObject } from 'react';
import { formatTick } from '../format.js';
import type { TimeRange } from '../scale.js';

const percent = (tick: number, range: TimeRange) =>
  `${range.end > range.start ? (tick / (range.end - range.start)) * 100 : 0}%`;

interface TicksProps {
  readonly range: TimeRange;
  readonly ticks: readonly number[];
}

/** From tick to tick, in pixels, so that labels stay apart. */
export const tickPx = 60;
/** A digit of a label, the gap before it, and the margin beside the track into which it may reach. */
const digitPx = 7;
const gapPx = 4;
const marginPx = 18;

interface AxisProps extends TicksProps {
  /** The part that is drawn to scale, and its width in pixels. */
  readonly track: RefObject<HTMLElement | null>;
  readonly width: number;
}

/** The time scale above the waterfall. */
export function Axis({ range, ticks, track, width }: AxisProps) {
  const roomAt = (tick: number) => (1 - tick / (range.end - range.start)) * width + marginPx;
  const label = (tick: number) => {
    const text = formatTick(tick);
    return tick === 0 || gapPx + digitPx * text.length <= roomAt(tick) ? text : null;
  };
  return (
    <div className="axis" aria-hidden="true">
      <span className="axis-name">Span</span>
      <span className="axis-duration">Duration</span>
      <span className="track" ref={track}>
        {ticks.map((tick) => (
          <span className="tick" key={tick} style={{ left: percent(tick, range) }}>
            {label(tick)}
          </span>
        ))}
      </span>
    </div>
  );
}

/** Its lines, drawn once behind all rows. */
export function GridLines({ range, ticks }: TicksProps) {
  return (
    <div className="grid-lines" aria-hidden="true">
      <span className="track">
        {ticks.map((tick) => (
          <span className="grid-line" key={tick} style={{ left: percent(tick, range) }} />
        ))}
      </span>
    </div>
  );
}
