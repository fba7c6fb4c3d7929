/** What an agent's console sends along when it asks the control plane who somebody is (OAuth code flow with PKCE). */
export interface ConsoleRequest {
  agentId: string;
  redirectUri: string;
  codeChallenge: string;
  state: string;
}

const isWeb = (url: URL): boolean => url.protocol === 'https:' || url.protocol === 'http:';

/** The request in a query string, or undefined when a part is missing or the address is no web address. */
export function readConsoleRequest(query: string): ConsoleRequest | undefined {
  const params = new URLSearchParams(query);
  const agentId = params.get('agent');
  const redirectUri = params.get('redirect_uri');
  const codeChallenge = params.get('code_challenge');
  const state = params.get('state');
  if (!agentId || !redirectUri || !codeChallenge || !state) return undefined;
  return URL.canParse(redirectUri) && isWeb(new URL(redirectUri))
    ? { agentId, redirectUri, codeChallenge, state }
    : undefined;
}

/** True when `to` is at the origin that asked: the api checks it too, this page checks before it leaves. */
export function returnsTo(to: string, redirectUri: string): boolean {
  if (!URL.canParse(to)) return false;
  const url = new URL(to);
  return isWeb(url) && url.origin === new URL(redirectUri).origin;
}
