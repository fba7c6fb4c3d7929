/**
 * Where to go after signing in: a path of this site or `/`. `//host` and `/\host` are other sites to a browser, so they
 * are refused, as is anything that a URL parser would read as another origin.
 */
export function nextPath(next: string | null | undefined): string {
  if (!next?.startsWith('/') || /^\/[/\\]/.test(next)) return '/';
  const here = 'http://here.invalid';
  try {
    const url = new URL(next, here);
    return url.origin === here ? `${url.pathname}${url.search}${url.hash}` : '/';
  } catch {
    return '/';
  }
}

/** The sign-in address that comes back to `path`. */
export function signInPath(path: string): string {
  return path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`;
}
