/** How much of a program's data one span may carry. Past a limit data is cut with a notice, never silently. */
export interface Limits {
  /** Attributes a span keeps; the session's own are never counted. Default 1024. */
  readonly attributesPerSpan: number;
  /** Longest text of one attribute, in UTF-16 code units. Default 65,536. */
  readonly valueLength: number;
  /** Nesting that is followed. Default 32. */
  readonly depth: number;
  /** Bytes of captured data per span. Default 1 MiB. */
  readonly spanBytes: number;
  /** Bytes of spans that wait for delivery. Default 64 MiB. */
  readonly queueBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  attributesPerSpan: 1024,
  valueLength: 64 * 1024,
  depth: 32,
  spanBytes: 1024 * 1024,
  queueBytes: 64 * 1024 * 1024,
};
