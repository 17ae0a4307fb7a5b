/**
 * Why something was given up, as `onDrop` and receipts name it:
 *
 * - `queue_full`: as many bytes wait for delivery as `limits.queueBytes` allows, compressed already
 * - `too_large`: one span is larger than the back end (413) or the limits allow
 * - `rejected`: the back end took the request and rejected these spans (OTLP partial success)
 * - `refused`: the back end refused the request for good (a 4xx that sending again cannot cure)
 * - `poison`: the span cannot be encoded, and not even a stub that names it
 * - `spool_full`: undelivered at the end, and the spool had no room
 * - `spool_lost`: only the spool had it, and it cannot be read back
 * - `no_session_api`: an update of another event than the active span, with `sessionApi: false`
 * - `closed`: undelivered when the tracer was closed
 * - `exit`: undelivered when the process ended
 */
export type DropReason =
  | 'queue_full'
  | 'too_large'
  | 'rejected'
  | 'refused'
  | 'poison'
  | 'spool_full'
  | 'spool_lost'
  | 'no_session_api'
  | 'closed'
  | 'exit';
