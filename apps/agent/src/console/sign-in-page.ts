import type { PosternError } from '@postern/core/errors';

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`).replace(/`([^`]*)`/g, '<code>$1</code>');

const sentence = (text: string): string => `${escapeHtml(text.charAt(0).toUpperCase() + text.slice(1))}.`;

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:100vh;margin:0}
main{max-width:26rem;padding:2rem}h1{font-size:1.15rem}a{display:inline-block;margin-top:1rem}`;

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · Postern</title>
<style>${STYLE}</style></head><body><main>${body}</main></body></html>
`;

/** Shown when signing in failed: the console itself can not be shown to somebody unknown. */
export function signInErrorPage(error: PosternError): string {
  const fix = error.detail.fix === undefined ? '' : `<p>${sentence(error.detail.fix)}</p>`;
  return page(
    'Sign-in failed',
    `<h1>Sign-in failed</h1><p>${sentence(error.message)}</p>${fix}<a href="/auth/login">Sign in again</a>`,
  );
}

/** Shown where the console's own files are missing. */
export const consoleMissingPage = page(
  'Console not built',
  `<h1>The console is not built</h1><p>This agent runs, but the files of its web page are missing.</p>
<p>Build them with <code>npm run build -w @postern/console</code> and start the agent again.</p>`,
);
