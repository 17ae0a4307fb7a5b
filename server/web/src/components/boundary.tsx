import { Component, type ReactNode } from 'react';

interface BoundaryProps {
  /** A new value gives the content another chance. */
  readonly watch: string;
  readonly children: ReactNode;
}

/** One part of the page that cannot be drawn does not take the rest along. */
export class Boundary extends Component<BoundaryProps, { failed: string | null }> {
  override state = { failed: null };

  static getDerivedStateFromError(): { failed: string } {
    return { failed: 'yes' };
  }

  override componentDidUpdate(before: BoundaryProps): void {
    if (before.watch !== this.props.watch && this.state.failed) this.setState({ failed: null });
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="notice" role="alert">
        <h2>This part could not be shown</h2>
        <p>That is a fault of this page. The data is untouched: the raw JSON is under /api.</p>
      </div>
    );
  }
}
