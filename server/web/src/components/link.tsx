import type { MouseEvent, ReactNode } from 'react';
import { navigate } from '../hooks/use-route.js';

interface LinkProps {
  readonly to: string;
  readonly className?: string;
  readonly title?: string;
  readonly children: ReactNode;
}

/** A link inside the page; opening in a new tab works as everywhere. */
export function Link({ to, className, title, children }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} onClick={follow} className={className} title={title}>
      {children}
    </a>
  );
}
