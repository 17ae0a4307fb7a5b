import { readFileSync } from 'node:fs';
import type { PruneReport, StoreStats } from '../store/trace-store.js';
import { type Command, say, write } from './command.js';
import { doctor } from './doctor.js';
import { CliError, wrong } from './errors.js';
import { sessions } from './sessions.js';
import { parseAge, parseSize, showSize } from './sizes.js';

const exportSession: Command = {
  run: async (open, args) => {
    const id = args[0];
    if (id === undefined) throw new CliError("which session? 'honeyhive-local export <id> > session.ndjson'");
    let any = false;
    for await (const part of (await open()).lines(id)) {
      any = true;
      await write(part);
    }
    if (!any) throw new CliError('there is no session with this id', 'not_found');
  },
};

const importFile: Command = {
  writes: true,
  run: async (open, args, flags) => {
    const file = args[0];
    if (file === undefined) throw new CliError("which file? 'honeyhive-local import session.ndjson'");
    let text: string;
    try {
      text = readFileSync(file === '-' ? 0 : file, 'utf8');
    } catch (error) {
      throw new CliError(
        `cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`,
        'unreadable',
      );
    }
    const report = (await (await open()).import(text)) as {
      sessions: number;
      spans: number;
      duplicates: number;
      rejected: number;
    };
    say(
      flags.json
        ? JSON.stringify(report)
        : `${report.spans} spans stored, ${report.duplicates} were there already, ${report.rejected} refused`,
    );
  },
};

const prune: Command = {
  writes: true,
  run: async (open, _args, { json, retention, olderThan, keep }) => {
    const limits: Record<string, number> = {};
    if (retention !== undefined)
      // For a server 0 keeps everything; here it would remove everything.
      limits.maxBytes =
        parseSize(retention) || wrong('--retention', retention, 'a size such as 500MB or 2GB; --keep 0 removes all');
    if (olderThan !== undefined) {
      const age = parseAge(olderThan) ?? wrong('--older-than', olderThan, 'a time such as 12h or 30d');
      limits.beforeMs = Math.max(0, Math.round(Date.now() - age));
    }
    if (keep !== undefined)
      limits.sessions = /^\d{1,15}$/.test(keep)
        ? Number(keep)
        : wrong('--keep', keep, 'a number of sessions; 0 removes all');
    if (Object.keys(limits).length === 0)
      throw new CliError('what may go? --retention 1GB, --older-than 30d, or --keep 1000');
    const report = (await (await open()).post('/api/prune', limits)) as PruneReport;
    say(
      json
        ? JSON.stringify(report)
        : `${report.sessions} sessions with ${report.spans} spans removed; ${showSize(report.dbBytes)} of data left`,
    );
  },
};

const compact: Command = {
  writes: true,
  run: async (open, _args, flags) => {
    const report = (await (await open()).post('/api/compact', {})) as { dbBytes: number };
    say(flags.json ? JSON.stringify(report) : `${showSize(report.dbBytes)} in use; free pages were given back`);
  },
};

const stats: Command = {
  run: async (open, _args, flags) => {
    const found = (await (await open()).get('/api/stats')) as StoreStats;
    if (flags.json) say(JSON.stringify(found));
    else
      say(
        [
          `${found.sessions} sessions, ${found.spans} spans, ${showSize(found.dbBytes)}`,
          `received ${found.received}: stored ${found.stored}, duplicates ${found.duplicates}, refused ${found.rejected}`,
        ].join('\n'),
      );
  },
};

export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    sessions,
    export: exportSession,
    import: importFile,
    prune,
    compact,
    stats,
    doctor,
  }),
);
