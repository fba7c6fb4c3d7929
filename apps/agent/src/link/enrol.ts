import { createHash } from 'node:crypto';
import { PosternError } from '@postern/core/errors';
import { enrolResponse } from '@postern/protocol/enrolment';
import { PATHS, PROTOCOL_VERSION } from '@postern/protocol/version';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { AGENT_VERSION } from '../version.js';
import { sendToApi } from './api-client.js';
import { type AgentIdentity, type PrivateJwk, safeJson } from './identity.js';

/** Trades a one-time token for an identity. The key pair is made here and only its public half is sent. */
export async function enrol(options: {
  apiUrl: string;
  name: string;
  token: string;
  consoleUrl: string;
}): Promise<AgentIdentity> {
  const { privateKey: key } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { x = '', d = '' } = await exportJWK(key);
  const privateKey: PrivateJwk = { kty: 'OKP', crv: 'Ed25519', x, d };
  const proof = await new SignJWT({})
    .setProtectedHeader({ alg: 'EdDSA' })
    .setAudience('postern-enrol')
    .setJti(createHash('sha256').update(options.token).digest('hex'))
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(key);
  const { text } = await sendToApi(options.apiUrl, {
    method: 'POST',
    path: PATHS.enrol,
    body: JSON.stringify({
      protocolVersion: PROTOCOL_VERSION,
      token: options.token,
      name: options.name,
      agentVersion: AGENT_VERSION,
      publicKey: { kty: 'OKP', crv: 'Ed25519', x },
      proof,
      consoleUrl: options.consoleUrl,
    }),
  });
  const parsed = enrolResponse.safeParse(safeJson(text));
  if (!parsed.success) {
    throw new PosternError('internal', 'the control plane answered the enrolment with something unknown', {
      fix: 'check that api_url is the address of the control plane and that both have the same version',
    });
  }
  const { agentId, orgId, environmentId, authorizeUrl, signingKeys } = parsed.data;
  return { agentId, orgId, environmentId, authorizeUrl, signingKeys, privateKey };
}
