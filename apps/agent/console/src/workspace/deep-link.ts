import { OBJECT_KINDS, type ObjectKind } from '@postern/agent/console-catalog';

/** What an address of the console leads to. Names, not oids: the same after a restore, and readable. */
export type DeepLink =
  | { readonly type: 'connection'; readonly connection: string }
  | { readonly type: 'sessions'; readonly connection: string }
  | {
      readonly type: 'object';
      readonly connection: string;
      readonly kind: ObjectKind;
      readonly schema: string;
      readonly name: string;
      readonly detail?: string;
    }
  | { readonly type: 'saved'; readonly id: string };

const isKind = (text: string | undefined): text is ObjectKind => OBJECT_KINDS.some((kind) => kind === text);

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** `/c/shop`, `/c/shop/sessions`, `/c/shop/table/app/Order`, `/q/<id>`; anything else is no link. */
export function parseLink(path: string, search = ''): DeepLink | undefined {
  const [kind, first, what, schema, name, ...more] = path.split('/').filter(Boolean).map(decoded);
  if (more.length > 0 || first === undefined) return undefined;
  if (kind === 'q') return what === undefined ? { type: 'saved', id: first } : undefined;
  if (kind !== 'c') return undefined;
  if (what === undefined) return { type: 'connection', connection: first };
  if (what === 'sessions' && schema === undefined) return { type: 'sessions', connection: first };
  if (!isKind(what) || schema === undefined || name === undefined) return undefined;
  const detail = new URLSearchParams(search).get('of');
  return {
    type: 'object',
    connection: first,
    kind: what,
    schema,
    name,
    ...(detail === null ? {} : { detail }),
  };
}

export function linkOf(link: DeepLink): string {
  const path = (...parts: string[]) => `/${parts.map(encodeURIComponent).join('/')}`;
  switch (link.type) {
    case 'saved':
      return path('q', link.id);
    case 'connection':
      return path('c', link.connection);
    case 'sessions':
      return path('c', link.connection, 'sessions');
    case 'object': {
      const query = link.detail === undefined ? '' : `?${new URLSearchParams({ of: link.detail })}`;
      return path('c', link.connection, link.kind, link.schema, link.name) + query;
    }
  }
}
