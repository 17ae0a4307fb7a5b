import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Open connections of one server; each costs some ten kilobytes. */
const MAX_CONNECTIONS = 1000;

/**
 * Bounds the open connections. One too many ends the connection that has been without a request for longest, not the
 * new one: a crowd that keeps silent would otherwise keep everybody else out.
 */
export function crowdLimit(server: Server, most = MAX_CONNECTIONS): void {
  let open = 0;
  /** Without a request at the moment, the longest silent one first. */
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    if (open >= most) {
      const [longest] = silent;
      if (longest === undefined) {
        socket.destroy();
        return;
      }
      silent.delete(longest);
      longest.destroy();
    }
    open++;
    silent.add(socket);
    socket.once('close', () => {
      open--;
      silent.delete(socket);
    });
  });
  server.on('request', ({ socket }, response) => {
    silent.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) silent.add(socket);
    });
  });
}
