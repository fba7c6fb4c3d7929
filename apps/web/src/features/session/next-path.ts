/**
 * Where to go after signing in: a path of this site or `/`. `//host` and `/\host` are other sites to a browser, also when
 * dots before them vanish in normalising (`/.//host`), so what comes out of the URL parser is judged, not what went in.
 */
export function nextPath(next: string | null | undefined): string {
  const here = 'http://here.invalid';
  if (!next?.startsWith('/') || !URL.canParse(next, here)) return '/';
  const url = new URL(next, here);
  if (url.origin !== here || url.pathname.startsWith('//')) return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}

/** The sign-in address that comes back to `path`. */
export function signInPath(path: string): string {
  return path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`;
}
