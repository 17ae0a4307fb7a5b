import { formatCount, formatPlural } from '../format.js';
import { Icon } from './icon.js';
import { SearchBox } from './search-box.js';

interface TreeToolbarProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly errorCount: number;
  readonly errorsOnly: boolean;
  readonly onErrorsOnly: (on: boolean) => void;
  /** How many spans the filter found; null without one. */
  readonly found: number | null;
  readonly canCollapse: boolean;
  readonly onCollapse: () => void;
  readonly isZoomed: boolean;
  readonly onUnzoom: () => void;
}

export function TreeToolbar(props: TreeToolbarProps) {
  const { text, onText, errorCount, errorsOnly, onErrorsOnly, found, canCollapse, onCollapse, isZoomed, onUnzoom } =
    props;
  return (
    <div className="tree-toolbar">
      <SearchBox value={text} onChange={onText} label="Filter spans" hint="Filter spans" hotkey="/" small />
      {(errorCount > 0 || errorsOnly) && (
        <button
          type="button"
          className="toggle toggle-error"
          aria-pressed={errorsOnly}
          onClick={() => onErrorsOnly(!errorsOnly)}
        >
          <Icon name="error" />
          {formatPlural(errorCount, 'error')}
        </button>
      )}
      {found !== null && (
        <span className="toolbar-count" role="status">
          {formatCount(found)} found
        </span>
      )}
      <span className="spacer" />
      {isZoomed && (
        <button
          type="button"
          className="toggle"
          aria-pressed="true"
          onClick={onUnzoom}
          title="Back to the whole session (z)"
        >
          <Icon name="zoom" />
          Zoomed in
        </button>
      )}
      <button type="button" className="toggle" onClick={onCollapse}>
        {canCollapse ? 'Collapse all' : 'Expand all'}
      </button>
    </div>
  );
}
