import { hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Inject, Injectable } from '@nestjs/common';
import { type PublicJwk, publicJwk } from '@postern/core/policy';
import { CompactSign, calculateJwkThumbprint, importJWK, type JWK, SignJWT } from 'jose';
import { z } from 'zod';
import { CONFIG, type Config } from '../config.js';

const privateJwk = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().min(1),
  d: z.string().min(1),
});

/** The key that signs policy bundles and console tokens. Its private part stays in here. */
@Injectable()
export class SigningKey {
  private loaded: ReturnType<typeof readKey> | undefined;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** The keys that agents may trust. */
  async publicKeys(): Promise<PublicJwk[]> {
    return [(await this.load()).publicKey];
  }

  /** Compact JWS over a bundle (RFC 7515). */
  signBundle(payload: string): Promise<string> {
    return this.sign(payload, 'postern-policy+jws');
  }

  /** Compact JWS over a text. `typ` says what is signed, so that a signature of one thing is never taken for that of another. */
  async sign(payload: string, typ: string): Promise<string> {
    const { key, publicKey } = await this.load();
    return new CompactSign(new TextEncoder().encode(payload))
      .setProtectedHeader({ alg: 'EdDSA', kid: publicKey.kid, typ })
      .sign(key);
  }

  /** Compact JWS over a task for an agent. */
  async signTask(payload: string): Promise<string> {
    const { key, publicKey } = await this.load();
    return new CompactSign(new TextEncoder().encode(payload))
      .setProtectedHeader({ alg: 'EdDSA', kid: publicKey.kid, typ: 'postern-task+jws' })
      .sign(key);
  }

  /**
   * Detached JWS over bytes that stand elsewhere (RFC 7515, appendix F). `typ` says what is signed, so that a signature of one
   * thing is never taken for that of another.
   */
  async signDetached(bytes: Uint8Array, header: { typ: string; cty: string }): Promise<string> {
    const { key, publicKey } = await this.load();
    const jws = await new CompactSign(bytes)
      .setProtectedHeader({ alg: 'EdDSA', kid: publicKey.kid, ...header })
      .sign(key);
    const [head, , signature] = jws.split('.');
    return `${head}..${signature}`;
  }

  async signToken(
    claims: Record<string, unknown>,
    subject: { sub: string; aud: string },
    lifetime: string,
  ): Promise<string> {
    const { key, publicKey } = await this.load();
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', kid: publicKey.kid })
      .setIssuer('postern')
      .setSubject(subject.sub)
      .setAudience(subject.aud)
      .setIssuedAt()
      .setExpirationTime(lifetime)
      .sign(key);
  }

  /** 32 bytes for another purpose, from which this key can not be found (HKDF, RFC 5869). */
  async derivedKey(purpose: string): Promise<Buffer> {
    return (await this.load()).derived(purpose);
  }

  private load() {
    this.loaded ??= readKey(this.config.signingKeyFile);
    return this.loaded;
  }

  /** A bad key is a reason not to start. */
  async onModuleInit(): Promise<void> {
    await this.load();
  }
}

async function readKey(file: string) {
  const hint = 'make one with `node dist/cli.js generate-signing-key <file>`';
  let jwk: z.infer<typeof privateJwk>;
  try {
    jwk = privateJwk.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // the reason could quote the file, which is a secret
    throw new Error(`POSTERN_SIGNING_KEY_FILE: no private Ed25519 JWK can be read from \`${file}\`; ${hint}`);
  }
  const { kty, crv, x } = jwk;
  const kid = typeof jwk.kid === 'string' ? jwk.kid : await calculateJwkThumbprint({ kty, crv, x });
  const key = await importJWK(jwk as JWK, 'EdDSA');
  const derived = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', Buffer.from(jwk.d, 'base64url'), '', `postern ${purpose}`, 32));
  return { key, derived, publicKey: publicJwk.parse({ kty, crv, x, kid, alg: 'EdDSA', use: 'sig' }) };
}
