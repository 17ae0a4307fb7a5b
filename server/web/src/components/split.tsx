import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { remember, remembered } from '../remember.js';

interface SplitProps {
  /** Under which name the browser remembers where the border is. */
  readonly name: string;
  readonly left: ReactNode;
  readonly right: ReactNode;
}

const smallest = 25;
const largest = 75;
const usual = 40;
const within = (share: number) => Math.min(largest, Math.max(smallest, share));

/** Two panes and a border that moves by mouse, finger or arrow keys. */
export function Split({ name, left, right }: SplitProps) {
  const box = useRef<HTMLDivElement>(null);
  const [share, setShare] = useState(() => within(Number(remembered(`split.${name}`) ?? usual) || usual));

  const move = (next: number) => {
    const kept = within(next);
    setShare(kept);
    remember(`split.${name}`, kept.toFixed(1));
  };
  const onPointerMove = (event: PointerEvent) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || !box.current) return;
    const { right: edge, width } = box.current.getBoundingClientRect();
    move(((edge - event.clientX) / width) * 100);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowLeft' ? 2 : event.key === 'ArrowRight' ? -2 : 0;
    if (step === 0) return;
    event.preventDefault();
    move(share + step);
  };

  return (
    <div className="split" ref={box} style={{ '--panel': `${share}%` } as React.CSSProperties}>
      {left}
      {/* biome-ignore lint/a11y/useSemanticElements: an <hr> cannot be moved. */}
      <div
        className="split-border"
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the details"
        aria-valuenow={Math.round(share)}
        aria-valuemin={smallest}
        aria-valuemax={largest}
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
        onDoubleClick={() => move(usual)}
        onKeyDown={onKeyDown}
      />
      {right}
    </div>
  );
}
