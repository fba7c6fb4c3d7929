import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeSelfSigned } from '../../apps/agent/dist/wire/certificate.js';

const SENDER = fileURLToPath(new URL('../../apps/api/dist/integrations/send-syslog.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'postern-syslog-'));
const authority = join(dir, 'authority.pem');
let server: Server;
let received = '';

/** Somebody's syslog server, with a certificate of their own authority. */
beforeAll(async () => {
  const { cert, key } = makeSelfSigned(Date.now());
  writeFileSync(authority, cert);
  server = createServer({ cert, key }, (socket) => {
    socket.setEncoding('utf8').on('data', (part: string) => {
      received += part;
    });
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true, force: true });
});

/** Sends from a process of its own: which authorities are trusted is read once, at its start. */
async function send(
  messages: string[],
  { host = 'localhost', trusts }: { host?: string; trusts?: string } = {},
): Promise<{ ok: boolean; error: string | null }> {
  const url = `syslog+tls://${host}:${(server.address() as AddressInfo).port}`;
  const program = `import { sendSyslog } from ${JSON.stringify(SENDER)};
    console.log(JSON.stringify(await sendSyslog(${JSON.stringify(url)}, ${JSON.stringify(messages)}, true)));`;
  const env = { ...process.env, NODE_NO_WARNINGS: '1', ...(trusts ? { NODE_EXTRA_CA_CERTS: trusts } : {}) };
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env,
    timeout: 30_000,
  });
  return JSON.parse((await run).stdout);
}

it('sends over TLS to a server whose authority is trusted, by name and by address', async () => {
  expect(await send(['<110>1 - ä', 'second'], { trusts: authority })).toMatchObject({ ok: true });
  expect(await send(['third'], { host: '127.0.0.1', trusts: authority })).toMatchObject({ ok: true });
  // Octets are counted, not characters.
  expect(received).toBe('11 <110>1 - ä6 second5 third');
});

it('tells nothing to a server that nobody vouches for', async () => {
  received = '';
  expect(await send(['secret'])).toMatchObject({ ok: false, error: expect.any(String) });
  expect(received).toBe('');
});
