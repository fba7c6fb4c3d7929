import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SigningKey } from '../policy/signing-key.js';

/** Keeps what integrations sign and sign in with: AES-256-GCM under a key of the control plane, bound to the row that it belongs to. */
@Injectable()
export class SecretBox {
  constructor(private readonly keys: SigningKey) {}

  async seal(secret: string, owner: string): Promise<string> {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', await this.key(), nonce).setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** Throws when it was sealed with another key or for another row. */
  async open(sealed: string, owner: string): Promise<string> {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', await this.key(), bytes.subarray(0, 12))
      .setAAD(Buffer.from(owner))
      .setAuthTag(bytes.subarray(12, 28));
    return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
  }

  private key(): Promise<Buffer> {
    return this.keys.derivedKey('integration secrets');
  }
}
