import type { FastifyReply } from 'fastify';
import type { Scope, TraceStore } from '../store/trace-store.js';
import { type HoneyHiveEvent, ORGANISATION } from '../wire/honeyhive-event.js';
import type { JsonObject } from '../wire/value.js';

type Tree = HoneyHiveEvent & { children: Tree[] };

const TREE_PAGE = 7500;

/** A session's events nested as they were called; who has no parent here hangs under the session. */
export async function sessionTree(store: TraceStore, scope: Scope, session: HoneyHiveEvent): Promise<Tree> {
  const filter = { kind: 'compare', field: 'session_id', operator: '=', value: session.session_id } as const;
  const events: HoneyHiveEvent[] = [];
  for (let page = 1; ; page++) {
    const found = await store.searchEvents(scope, { filter, limit: TREE_PAGE, page });
    events.push(...found.events);
    if (found.events.length < TREE_PAGE) break;
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
  return reply.header('content-type', 'application/json; charset=utf-8').send(treeText(root, more));
}

/** `JSON.stringify` recurses, and calls may nest deeper than its stack. */
function treeText(root: Tree, more: JsonObject): string {
  const pieces: string[] = [];
  const left: (Tree | string)[] = [root];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next === 'string') {
      pieces.push(next);
      continue;
    }
    const { children, ...event } = next;
    const shown = next === root ? { ...event, ...ORGANISATION, ...more } : event;
    pieces.push(`${JSON.stringify(shown).slice(0, -1)},"children":[`);
    left.push(']}');
    for (let index = children.length - 1; index >= 0; index--) {
      left.push(children[index] as Tree);
      if (index > 0) left.push(',');
    }
  }
  return pieces.join('');
}
