/** Loaded before a program: any connection, look-up or child process it begins ends it, with 66 and a word why. */
const { writeSync } = require('node:fs');
const net = require('node:net');
const dns = require('node:dns');
const dgram = require('node:dgram');
const childProcess = require('node:child_process');

function forbid(owner, name) {
  owner[name] = () => {
    writeSync(2, `forbidden: ${name}\n`);
    process.exit(66);
  };
}

forbid(net.Socket.prototype, 'connect');
forbid(dgram.Socket.prototype, 'send');
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
  // Listening on an address looks it up, which for a number asks nobody.
  const original = dns[name];
  const forbidden = () => {
    writeSync(2, `forbidden: dns.${name}\n`);
    process.exit(66);
  };
  dns[name] = (host, ...rest) => (net.isIP(host) ? original(host, ...rest) : forbidden());
}
for (const name of ['spawn', 'exec', 'execFile', 'fork']) forbid(childProcess, name);
