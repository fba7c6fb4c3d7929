import { Controller, Get } from '@nestjs/common';
import type { PublicJwk } from '@postern/core/policy';
import { SigningKey } from '../policy/signing-key.js';

/** The public keys that verify what the control plane signs, where everybody looks for such (RFC 7517, RFC 8615). */
@Controller()
export class KeysController {
  constructor(private readonly key: SigningKey) {}

  @Get('.well-known/jwks.json')
  async keys(): Promise<{ keys: PublicJwk[] }> {
    return { keys: await this.key.publicKeys() };
  }
}
