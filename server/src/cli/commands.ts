import { accessSync, constants, readFileSync } from 'node:fs';
import type { PruneReport, StoreStats } from '../store/trace-store.js';
import { type Command, say, write } from './command.js';
import { doctor } from './doctor.js';
import { CliError, described, wrong } from './errors.js';
import { list, show, tail } from './sessions.js';
import { counted, parseAge, parseSize, showSize } from './sizes.js';

const exportSessions: Command = {
  most: Number.POSITIVE_INFINITY,
  run: async (open, ids) => {
    if (ids.length === 0) throw new CliError("which session? 'honeyhive-local export <id> > session.ndjson'");
    const source = await open();
    for (const id of ids) {
      let any = false;
      for await (const part of source.lines(id)) {
        any = true;
        await write(part);
      }
      if (!any) throw new CliError(`there is no session ${id}`, 'not_found');
    }
  },
};

const COUNTS = ['sessions', 'spans', 'duplicates', 'rejected'] as const;

function unreadable(file: string, error: unknown): never {
  throw new CliError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, 'unreadable');
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    unreadable(file, error);
  }
}

const importFiles: Command = {
  writes: true,
  most: Number.POSITIVE_INFINITY,
  run: async (open, files, flags) => {
    if (files.length === 0) throw new CliError("which file? 'honeyhive-local import session.ndjson'");
    // A name that is wrong stops everything; the texts themselves are read one by one, as they may be large together.
    for (const file of files)
      try {
        if (file !== '-') accessSync(file, constants.R_OK);
      } catch (error) {
        unreadable(file, error);
      }
    const report = { sessions: 0, spans: 0, duplicates: 0, rejected: 0 };
    for (const file of files) {
      const text = textOf(file);
      const source = await open();
      try {
        const more = (await source.import(text)) as typeof report;
        for (const count of COUNTS) report[count] += more[count];
      } catch (error) {
        const { code, message, ...details } = described(error);
        throw files.length === 1 ? error : new CliError(`${file}: ${message}`, code, details);
      }
    }
    say(
      flags.json
        ? JSON.stringify(report)
        : `${counted(report.spans, 'span')} stored, ${report.duplicates} were there already, ${report.rejected} refused`,
    );
  },
};

const prune: Command = {
  writes: true,
  flags: ['retention', 'older-than', 'keep'],
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
        : `${counted(report.sessions, 'session')} with ${counted(report.spans, 'span')} removed; ${showSize(report.dbBytes)} of data left`,
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
          `${counted(found.sessions, 'session')}, ${counted(found.spans, 'span')}, ${showSize(found.dbBytes)}`,
          `received ${found.received}: stored ${found.stored}, duplicates ${found.duplicates}, refused ${found.rejected}`,
        ].join('\n'),
      );
  },
};

export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    'sessions list': list,
    'sessions show': show,
    'sessions tail': tail,
    export: exportSessions,
    import: importFiles,
    prune,
    compact,
    stats,
    doctor,
  }),
);
