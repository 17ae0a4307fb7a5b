/** Numbers and times as the page prints them. Every function takes any number and gives a short text. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const compactNumber = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** Stands where there is nothing to say. */
export const NOTHING = '–';

export function formatCount(value: number): string {
  return Number.isFinite(value) ? whole.format(value) : NOTHING;
}

/** 950, 1.2K, 3.4M. */
export function formatCompact(value: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  return Math.abs(value) < 10_000 ? whole.format(value) : compactNumber.format(value);
}

export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${count === 1 ? noun : `${noun}s`}`;
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, '') || '0';
}

function threeFigures(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? trimmed(value, 1) : trimmed(value, 2);
}

const pad = (value: number) => String(value).padStart(2, '0');

/** 420 µs, 12.3 ms, 1.24 s, 2m 05s, 1h 02m, 3d 4h. */
export function formatDuration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return NOTHING;
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms === 0) return '0 ms';
  if (ms < 0.9995) return `${threeFigures(ms * 1000)} µs`;
  if (ms < 999.5) return `${threeFigures(ms)} ms`;
  if (ms < 59_950) return `${threeFigures(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${pad(seconds % 60)}s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h ${pad(minutes % 60)}m`;
  const hours = Math.round(ms / 3_600_000);
  return `${formatCount(Math.floor(hours / 24))}d ${hours % 24}h`;
}

/** A duration where there is little room: 5m, not 5m 00s. */
export function formatTick(ms: number): string {
  return ms === 0 ? '0' : formatDuration(ms).replace(/ 0+[smh]$/, '');
}

/** US dollars, with as many figures as a small sum needs. */
export function formatCost(usd: number | null): string {
  if (usd === null || !Number.isFinite(usd)) return NOTHING;
  if (usd === 0) return '$0';
  if (Math.abs(usd) < 0.0001) return '<$0.0001';
  if (Math.abs(usd) < 0.1) return `$${usd.toFixed(4)}`;
  return `$${usd.toFixed(2)}`;
}

/** Scores between 0 and 1 get two decimals, others what they need. */
export function formatScore(score: number | null): string {
  if (score === null || !Number.isFinite(score)) return NOTHING;
  if (score >= 0 && score <= 1) return score.toFixed(2);
  if (Math.abs(score) >= 1000) return formatCompact(score);
  return trimmed(score, 2);
}

function validDate(ms: number): Date | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Local time of day; the date too where that is not today, the year where it is another one. */
export function formatMoment(ms: number, now = Date.now()): string {
  const date = validDate(ms);
  if (!date) return NOTHING;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  const today = new Date(now);
  const day = `${date.getDate()} ${months[date.getMonth()]}`;
  if (date.getFullYear() !== today.getFullYear()) return `${day} ${date.getFullYear()} ${time}`;
  return date.getDate() === today.getDate() && date.getMonth() === today.getMonth() ? time : `${day} ${time}`;
}

/** The exact moment, in UTC, for tooltips and copies. */
export function formatExact(ms: number): string {
  return validDate(ms)?.toISOString() ?? NOTHING;
}

/** The beginning and the end of a long id. */
export function shortId(id: string): string {
  return id.length > 14 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
}
