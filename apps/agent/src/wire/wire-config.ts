import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type WireAddress, wireAddress } from '@postern/protocol/heartbeat';
import { z } from 'zod';

export const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

/** A certificate with its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Where a certificate and its key are, so that a renewed one is noticed. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** How PostgreSQL clients are served. */
export interface WireConfig {
  readonly host: string;
  readonly port: number;
  readonly tls: 'off' | 'self-signed' | CertificateFiles;
  /** Whether who does not encrypt is sent away. */
  readonly requireTls: boolean;
  /** Where people reach it, as the control plane shows it; absent: not known. */
  readonly publicHost: string | undefined;
  readonly publicPort: number;
}

const port = z.coerce.number().int().min(1).max(65_535);

export const wireSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  // 0: any free one, for tests.
  port: z.coerce.number().int().min(0).max(65_535).default(6432),
  tls: z
    .union(
      [z.enum(['off', 'self-signed']), z.strictObject({ cert: z.string().min(1), key: z.string().min(1) })],
      { error: 'is not a way to encrypt' },
    )
    .default('self-signed'),
  require_tls: z.boolean().optional(),
  public_host: wireAddress.shape.host.optional(),
  public_port: port.optional(),
});

const CERTIFICATE_FIX =
  'name PEM files of a certificate (its chain below it) and of its key without a passphrase';

export const WIRE_FIXES: Readonly<Record<string, string>> = {
  'wire.host': 'give an address of this machine to listen on',
  'wire.port': 'give a port from 1 to 65535',
  'wire.tls': 'use { cert = "file.pem", key = "file.pem" }, "self-signed" or "off"',
  'wire.require_tls': 'use true or false',
  'wire.public_host': 'give the host name or IP address that people type',
  'wire.public_port': 'give the port that people type, from 1 to 65535',
};

/** What a heartbeat tells people of it; undefined where that is not known. */
export function wireAddressOf({
  publicHost,
  publicPort,
  tls,
  requireTls,
}: WireConfig): WireAddress | undefined {
  // Port 0 is any free one, which nobody can be told before.
  if (publicHost === undefined || publicPort === 0) return undefined;
  const offered = requireTls ? 'required' : 'offered';
  return { host: publicHost, port: publicPort, tls: tls === 'off' ? 'off' : offered };
}

/** Reads what the table names; what is wrong is added to `problems`. */
export function checkWire(
  table: z.infer<typeof wireSchema>,
  baseDir: string,
  problems: Problem[],
): WireConfig {
  const isLocal = LOOPBACK.has(table.host);
  // In the clear by an explicit choice only, wherever others may listen.
  const requireTls = table.require_tls ?? !isLocal;
  if (table.tls === 'off' && requireTls) {
    const fix = 'set wire.tls to a certificate, or wire.require_tls = false inside a network that you trust';
    problems.push({ key: 'wire.tls', message: 'is "off", but encryption is required', fix });
  }
  const tls = typeof table.tls === 'string' ? table.tls : filesOf(table.tls, baseDir);
  if (typeof tls !== 'string') {
    const read = readCertificate(tls);
    if ('problems' in read) problems.push(...read.problems);
  }
  const { host } = table;
  const advertised = wireAddress.shape.host.safeParse(host);
  const isAnyAddress = host === '0.0.0.0' || host === '::';
  return {
    host,
    port: table.port,
    tls,
    requireTls,
    publicHost: table.public_host ?? (advertised.success && !isAnyAddress ? host : undefined),
    publicPort: table.public_port ?? table.port,
  };
}

const filesOf = ({ cert, key }: Certificate, baseDir: string): CertificateFiles => ({
  certFile: resolve(baseDir, cert),
  keyFile: resolve(baseDir, key),
});

type Problem = { key: string; message: string; fix: string };

/** A certificate that fits its key, or all that is wrong. */
export function readCertificate(files: CertificateFiles): Certificate | { problems: Problem[] } {
  const problems: Problem[] = [];
  const read = (name: 'cert' | 'key', check: (pem: string) => void): string => {
    const path = files[`${name}File`];
    const problem = (message: string) =>
      problems.push({ key: `wire.tls.${name}`, message, fix: CERTIFICATE_FIX });
    let pem = '';
    try {
      pem = readFileSync(path, 'utf8');
    } catch {
      problem(`the file \`${path}\` can not be read`);
      return pem;
    }
    try {
      check(pem);
    } catch {
      problem(`the file \`${path}\` holds no ${name === 'cert' ? 'certificate' : 'private key'}`);
    }
    return pem;
  };
  const cert = read('cert', (pem) => new X509Certificate(pem));
  const key = read('key', (pem) => createPrivateKey(pem));
  if (problems.length > 0) return { problems };
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    const message = 'is not the key of the certificate';
    return { problems: [{ key: 'wire.tls.key', message, fix: CERTIFICATE_FIX }] };
  }
  return { cert, key };
}
