import { PosternError } from '@postern/core/errors';
import { type PolicyBundle, type PublicJwk, policyBundle } from '@postern/core/policy';
import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';

/** Where a bundle must come from and for whom it must be. */
export interface BundleExpectation {
  readonly trustedKeys: readonly PublicJwk[];
  readonly orgId: string;
  readonly environmentId: string;
  /** Version being enforced; a bundle must be newer. 0 when there is none. */
  readonly newerThan: number;
}

/**
 * What a compact JWS of the control plane says, or `policy.bad_signature`. `what` is how errors name it; `typ` is the header
 * that keeps what was signed for one purpose from being used for another.
 */
export async function verifiedPayload(
  jws: string,
  trustedKeys: readonly PublicJwk[],
  { what, typ }: { readonly what: string; readonly typ?: string },
): Promise<Uint8Array> {
  const refuse = (why: string) => new PosternError('policy.bad_signature', why);
  let kid: string | undefined;
  try {
    kid = decodeProtectedHeader(jws).kid;
  } catch {
    throw refuse(`the ${what} is not a signed one`);
  }
  const jwk = trustedKeys.find((key) => key.kid === kid);
  if (!jwk) throw refuse(`the ${what} is signed with a key that this agent does not trust`);
  try {
    const key = await importJWK({ kty: jwk.kty, crv: jwk.crv, x: jwk.x }, 'EdDSA');
    const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['EdDSA'] });
    if (typ === undefined || protectedHeader.typ === typ) return payload;
  } catch {
    throw refuse(`the signature of the ${what} is wrong`);
  }
  throw refuse(`the ${what} was signed for another purpose`);
}

function parseBundle(payload: Uint8Array): PolicyBundle {
  try {
    return policyBundle.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)));
  } catch {
    throw new PosternError(
      'policy.malformed',
      'the policy is signed, but not in a form that this agent understands',
    );
  }
}

/** The bundle in a compact JWS, or a `policy.*` error that says why it is not to be enforced. */
export async function verifyBundle(jws: string, expected: BundleExpectation): Promise<PolicyBundle> {
  const bundle = parseBundle(await verifiedPayload(jws, expected.trustedKeys, { what: 'policy' }));
  if (bundle.orgId !== expected.orgId || bundle.environmentId !== expected.environmentId) {
    throw new PosternError('policy.wrong_environment', 'the policy is for another environment');
  }
  if (bundle.version <= expected.newerThan) {
    throw new PosternError(
      'policy.older_version',
      `the policy has version ${bundle.version}, and version ${expected.newerThan} is being enforced`,
    );
  }
  return bundle;
}
