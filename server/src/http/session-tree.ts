import { Readable } from 'node:stream';
import { getHeapStatistics } from 'node:v8';
import type { FastifyReply } from 'fastify';
import type { Scope, TraceStore } from '../store/trace-store.js';
import { type HoneyHiveEvent, ORGANISATION } from '../wire/honeyhive-event.js';
import type { JsonObject } from '../wire/value.js';
import { eventPages } from './event-pages.js';
import { HttpError } from './http-error.js';

type Tree = HoneyHiveEvent & { children: Tree[] };

/** All of a tree is in memory at once, and must leave room for others. */
const MOST_CHARACTERS = getHeapStatistics().heap_size_limit / 4;
const CHUNK = 64 * 1024;

/** A session's events nested as they were called; who has no parent here hangs under the session. */
export async function sessionTree(store: TraceStore, scope: Scope, session: HoneyHiveEvent): Promise<Tree> {
  const filter = { kind: 'compare', field: 'session_id', operator: '=', value: session.session_id } as const;
  const events: HoneyHiveEvent[] = [];
  let characters = 0;
  for await (const page of eventPages(store, scope, { filter })) {
    events.push(...page.events);
    characters += page.characters;
    if (characters > MOST_CHARACTERS)
      throw new HttpError(
        413,
        'too_large',
        'this session is too large to be answered as a tree; GET /api/sessions/<id>/export gives all of it, line by line',
      );
  }
  const nodes = new Map<string, Tree>();
  const root: Tree = { ...session, children: [] };
  for (const event of events.filter((one) => one.event_type !== 'session').reverse())
    nodes.set(event.event_id, { ...event, children: [] });
  const parentOf = (node: Tree): Tree | undefined => (node.parent_id === null ? undefined : nodes.get(node.parent_id));
  const cuts = ringCuts(nodes, parentOf);
  for (const node of nodes.values()) ((cuts.has(node) ? undefined : parentOf(node)) ?? root).children.push(node);
  return root;
}

/** One event of each ring of parents: without its parent the ring is a chain. Each event is walked over once. */
function ringCuts(nodes: Map<string, Tree>, parentOf: (node: Tree) => Tree | undefined): Set<Tree> {
  const cuts = new Set<Tree>();
  const walkOf = new Map<Tree, Tree>();
  for (const start of nodes.values()) {
    let at: Tree | undefined = start;
    for (; at && !walkOf.has(at); at = parentOf(at)) walkOf.set(at, start);
    if (at && walkOf.get(at) === start) cuts.add(at);
  }
  return cuts;
}

/** The tree; `more` stands beside the fields of its root. */
export function sendTree(reply: FastifyReply, root: Tree, more: JsonObject = {}): FastifyReply {
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .send(Readable.from(treeText(root, more), { objectMode: false }));
}

/** In pieces, since one string does not hold a large tree. `JSON.stringify` recurses, and calls may nest deeper than its stack. */
function* treeText(root: Tree, more: JsonObject): Generator<string> {
  let text = '';
  const left: (Tree | string)[] = [root];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next === 'string') {
      text += next;
      continue;
    }
    const { children, ...event } = next;
    const shown = next === root ? { ...event, ...ORGANISATION, ...more } : event;
    text += `${JSON.stringify(shown).slice(0, -1)},"children":[`;
    left.push(']}');
    for (let index = children.length - 1; index >= 0; index--) {
      left.push(children[index] as Tree);
      if (index > 0) left.push(',');
    }
    if (text.length < CHUNK) continue;
    yield text;
    text = '';
  }
  yield text;
}
