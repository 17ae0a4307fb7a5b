import { memo } from 'react';
import { formatDuration, formatPlural, shortId } from '../format.js';
import { placeOn, type TimeRange } from '../scale.js';
import type { ThinSpan } from '../span.js';
import { typeTone } from '../tone.js';
import type { SpanNode, TreeNode } from '../tree.js';
import { Icon } from './icon.js';
import { ChipRow, SpanChip } from './score-chip.js';
import { TypeTile } from './type-tile.js';

/** Deeper levels are not indented further, they say how deep they are. */
const deepestIndent = 16;
const indentPx = 16;

interface TreeRowProps {
  readonly id: string;
  readonly node: TreeNode;
  readonly title: string;
  /** Null while it is running. */
  readonly sessionMs: number | null;
  readonly top: number;
  readonly range: TimeRange;
  readonly isSelected: boolean;
  readonly isCollapsed: boolean;
  readonly isDimmed: boolean;
  readonly onSelect: (key: string) => void;
  readonly onToggle: (key: string) => void;
  readonly onZoom: (key: string) => void;
}

const markWords = {
  loop: ['loop cut', 'Its parents lead back to itself; it is shown as a root.'],
  'other-trace': ['other trace', 'Its parent is in another trace of this session.'],
} as const;

function Marks({ node }: { readonly node: SpanNode }) {
  const words = node.mark && markWords[node.mark];
  return (
    <>
      {words && (
        <span className="badge badge-warn" title={words[1]}>
          {words[0]}
        </span>
      )}
      {node.span.status === 'error' && (
        <span className="row-error" role="img" aria-label="error" title={node.span.errorMessage ?? 'error'}>
          <Icon name="error" />
        </span>
      )}
    </>
  );
}

function SpanName({ node }: { readonly node: SpanNode }) {
  const { span } = node;
  return (
    <>
      <TypeTile eventType={span.eventType} />
      <bdi className="row-name">{span.name || 'unnamed'}</bdi>
      <Marks node={node} />
      {span.preview && <bdi className="row-preview">{span.preview}</bdi>}
      <ChipRow
        most={2}
        chips={span.scores.map((score, i) => <SpanChip key={[score.name, i].join('/')} score={score} />)}
      />
    </>
  );
}

function Name({ node, title }: { readonly node: TreeNode; readonly title: string }) {
  if (node.kind === 'span') return <SpanName node={node} />;
  if (node.kind === 'session') {
    return (
      <>
        <TypeTile eventType="session" />
        <bdi className="row-name row-strong">{title}</bdi>
      </>
    );
  }
  return (
    <>
      <span className="tile tone-missing">
        <Icon name="missing" />
      </span>
      <span className="row-name row-missing">parent not received</span>
      <code className="id">{shortId(node.spanId)}</code>
      <span
        className="badge badge-warn"
        title="These spans name a parent that has not arrived. It may still be running."
      >
        {formatPlural(node.children.length, 'orphan')}
      </span>
    </>
  );
}

function Bar({ span, range }: { readonly span: ThinSpan; readonly range: TimeRange }) {
  const place = placeOn(range, span);
  if (!place) return null;
  const tone = span.status === 'error' ? 'error' : typeTone(span.eventType);
  // A running span has no end yet: its bar fades out.
  const width = span.running ? `${(1 - place.left) * 100}%` : `${place.width * 100}%`;
  return (
    <span
      className={`bar bar-${tone}${span.running ? ' bar-running' : ''}`}
      style={{ left: `${place.left * 100}%`, width }}
    />
  );
}

function TreeRowView(props: TreeRowProps) {
  const { id, node, title, sessionMs, top, range, isSelected, isCollapsed, isDimmed, onSelect, onToggle, onZoom } =
    props;
  const isBranch = node.children.length > 0;
  const level = Math.min(node.depth, deepestIndent);
  const hiddenErrors = isCollapsed && node.errorsBelow > 0;
  const classes = ['tree-row', isSelected && 'tree-row-selected', isDimmed && 'tree-row-dimmed']
    .filter(Boolean)
    .join(' ');
  return (
    // A row that could take the focus would take it along when it is scrolled out of sight; so the tree has it, and the keys.
    // biome-ignore lint/a11y/useFocusableInteractive: see above.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
    <div
      id={id}
      role="treeitem"
      aria-level={node.depth + 1}
      aria-posinset={node.position}
      aria-setsize={node.parent ? node.parent.children.length : 1}
      aria-selected={isSelected}
      aria-expanded={isBranch ? !isCollapsed : undefined}
      className={classes}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(node.key)}
      onDoubleClick={() => onZoom(node.key)}
    >
      <span className="row-head" style={{ paddingLeft: 6 + level * indentPx, '--level': level } as React.CSSProperties}>
        {level > 0 && <span className="guides" aria-hidden="true" style={{ width: level * indentPx }} />}
        {isBranch ? (
          <span
            aria-hidden="true"
            className={isCollapsed ? 'caret' : 'caret caret-open'}
            title={isCollapsed ? 'Expand' : 'Collapse'}
            onClick={(event) => {
              event.stopPropagation();
              onToggle(node.key);
            }}
          >
            <Icon name="caret" />
          </span>
        ) : (
          <span className="caret-space" />
        )}
        {node.depth > deepestIndent && <span className="depth">level {node.depth}</span>}
        <Name node={node} title={title} />
        {isCollapsed && node.size > 0 && (
          <span
            className={hiddenErrors ? 'hidden-count hidden-errors' : 'hidden-count'}
            title={hiddenErrors ? formatPlural(node.errorsBelow, 'error') : undefined}
          >
            {node.size}
          </span>
        )}
      </span>
      <span className="row-duration">
        {node.kind === 'span' && (node.span.running ? 'running' : formatDuration(node.span.durationMs))}
        {node.kind === 'session' && (sessionMs === null ? 'running' : formatDuration(sessionMs))}
      </span>
      <span className="track">{node.kind === 'span' && <Bar span={node.span} range={range} />}</span>
    </div>
  );
}

export const TreeRow = memo(TreeRowView);
